/** The registry file after validation, and the registry as it stands: what a plan is made from. */
import type { AccessMode, ApplicationState, Capability, ClientState, OrganisationState } from './registry.js';

export type CatalogueState = 'active' | 'retired';
export type EnvironmentKind = 'authenticated' | 'open';

/** Absent means "leave as it is"; a list that is given is the whole list. */
export interface DocumentApplication {
  /** The application that is meant, where it was chosen by its id; a file names it by its binding. */
  readonly id?: string | undefined;
  readonly organisation?: string | undefined;
  readonly organisations?: readonly string[] | undefined;
  readonly product: string;
  readonly environment: string;
  readonly accessMode: AccessMode;
  readonly capability?: Capability | undefined;
  readonly asid?: string | undefined;
  readonly asidSharedWith?: readonly string[] | undefined;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  readonly apimApplicationId?: string | undefined;
  readonly cis2?: Cis2Client | undefined;
  readonly messageSets?: readonly string[] | undefined;
  readonly state?: ApplicationState | undefined;
}

export interface Cis2Client {
  readonly clientId: string;
  readonly auth: 'private_key_jwt';
}

export interface DocumentGrant {
  readonly organisation: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability?: Capability | undefined;
}

export interface DocumentWorkload {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

export interface DocumentClient {
  readonly name: string;
  readonly environment: string;
  readonly grants?: readonly DocumentGrant[] | undefined;
  readonly returnTargets?: readonly string[] | undefined;
  readonly workload?: DocumentWorkload | undefined;
  readonly state?: ClientState | undefined;
}

export interface Document {
  readonly organisations: readonly {
    readonly odsCode: string;
    readonly name: string;
    readonly state?: OrganisationState | undefined;
  }[];
  readonly products: readonly { readonly name: string; readonly state?: CatalogueState | undefined }[];
  readonly messageSets: readonly {
    readonly name: string;
    readonly interactions: readonly string[];
  }[];
  readonly applications: readonly DocumentApplication[];
  readonly clients: readonly DocumentClient[];
}

export interface OrganisationRecord {
  readonly odsCode: string;
  readonly name: string;
  readonly state: OrganisationState;
}

export interface ProductRecord {
  readonly name: string;
  readonly state: CatalogueState;
}

export interface MessageSetRecord {
  readonly name: string;
  readonly interactions: readonly string[];
}

export interface ApplicationRecord {
  /** Null until it is created. */
  readonly id: string | null;
  readonly organisations: readonly string[];
  readonly product: string;
  readonly environment: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly asid: string | null;
  readonly asidSharedWith: readonly string[];
  readonly apiKey: string | null;
  /** Stands for the sealed secret when two are compared; never the secret. */
  readonly apiSecretDigest: string | null;
  /** The secret to seal, when the document gives a new one. */
  readonly newApiSecret: string | null;
  readonly apimApplicationId: string | null;
  readonly cis2: Cis2Client | null;
  readonly messageSets: readonly string[];
  readonly state: ApplicationState;
}

export interface ClientRecord {
  readonly id: string | null;
  readonly name: string;
  readonly environment: string;
  readonly grants: readonly {
    readonly organisation: string;
    readonly product: string;
    readonly accessMode: AccessMode;
    readonly capability: Capability | null;
  }[];
  readonly returnTargets: readonly string[];
  readonly workload: DocumentWorkload | null;
  readonly state: ClientState;
}

/** What a plan needs to know of the registry: everything the document names, and whatever could collide with it. */
export interface CurrentRegistry {
  readonly environments: ReadonlyMap<string, EnvironmentKind>;
  /** Ids of the catalogue. */
  readonly interactions: ReadonlySet<string>;
  readonly organisations: ReadonlyMap<string, OrganisationRecord>;
  readonly products: ReadonlyMap<string, ProductRecord>;
  readonly messageSets: ReadonlyMap<string, MessageSetRecord>;
  readonly applications: readonly ApplicationRecord[];
  /** By `clientKey`. */
  readonly clients: ReadonlyMap<string, ClientRecord>;
}

/** A client's name is unique in its environment. */
export function clientKey(of: { readonly environment: string; readonly name: string }): string {
  return `${of.environment}/${of.name}`;
}
