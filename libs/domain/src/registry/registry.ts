/**
 * The registry as a decision sees it: plain, immutable data, indexed for one look-up per question.
 * The database holds the truth; the gateway's `adapters/registry` turns it into this and swaps shards as it changes.
 */
import type { ApplicationRecord, DECISION_FIELDS } from './records/application-fields.js';
import type { Cis2ClientRecord } from './records/cis2-client-fields.js';
import type { Workload } from './records/client-fields.js';
import type {
  AccessMode,
  Capability,
  ClientState,
  OrganisationState,
  RateShare,
} from './records/vocabulary.js';
import type { SigningKeyState } from './signing-key.js';
import type { AssuranceLevel } from '../users/id-token.js';

/** A time-bound permission to write under application-restricted access. Governance owns it. */
export interface WriteException {
  readonly id: string;
  /** A013, A028 or A036. */
  readonly interaction: string;
  readonly useCaseReference: string;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  /** By the senior responsible owner; without it the exception opens nothing. */
  readonly cosignedAtMs: number | null;
}

export interface SigningKey {
  readonly id: string;
  /** Unique over all owners and environments. */
  readonly kid: string;
  readonly kmsKeyArn: string;
  /** RFC 7638 SHA-256 thumbprint (base64url) of the public key stored at creation. */
  readonly thumbprint: string;
  readonly publicJwk: { readonly kty: 'RSA'; readonly n: string; readonly e: string };
  readonly state: SigningKeyState;
  readonly publishedAtMs: number | null;
  readonly activatedAtMs: number | null;
}

export interface Application extends Pick<ApplicationRecord, (typeof DECISION_FIELDS)[number]> {
  readonly id: string;
  /** Unguessable last segment of the JWKS URL. */
  readonly jwksId: string;
  /** Union of the message sets' interactions. */
  readonly interactions: ReadonlySet<string>;
  readonly writeExceptions: readonly WriteException[];
  readonly signingKeys: readonly SigningKey[];
}

/** The registration with NHS CIS2 under which the users of one product sign in to one environment. */
export interface Cis2Client extends Omit<Cis2ClientRecord, 'clientSecret'> {
  readonly id: string;
  /** Unguessable last segment of the JWKS URL. */
  readonly jwksId: string;
  readonly signingKeys: readonly SigningKey[];
}

/** The unit of every decision, cache key and audit row. Its id is carried, never its parts. */
export interface Binding {
  readonly id: string;
  readonly odsCode: string;
  readonly application: Application;
}

/** A senior responsible owner's appointment for one organisation. */
export interface SroAppointment {
  readonly id: string;
  readonly environments: readonly string[];
  readonly acceptedAtMs: number | null;
  /** May lie ahead: then in force until then. */
  readonly withdrawnAtMs: number | null;
  /** `YYYY-MM-DD`, Europe/London; null: as soon as it is accepted. */
  readonly startsOn: string | null;
  /** `YYYY-MM-DD`; in force to the end of that day, Europe/London, plus the grace. */
  readonly reviewDueOn: string;
  readonly graceDays: number;
}

export interface Organisation {
  readonly odsCode: string;
  readonly name: string;
  readonly state: OrganisationState;
  readonly bindings: readonly Binding[];
  readonly sroAppointments: readonly SroAppointment[];
  /** The lowest level of authentication of its users; null: as for all organisations. Governance owns it. */
  readonly assuranceFloor: AssuranceLevel | null;
}

export interface Grant {
  readonly odsCode: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly state: ClientState;
  readonly grants: readonly Grant[];
  readonly workload: Workload | null;
  readonly rateShare: RateShare;
}

/** One opaque key of a client. Two may overlap while a caller changes over. */
export interface Credential {
  /** The public part of the key, which finds it. */
  readonly keyId: string;
  readonly clientId: string;
  /** SHA-256 of the whole key, hex. */
  readonly secretHash: string;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
}

/** Neither revoked nor expired. */
export function isLive(credential: Credential, nowMs: number): boolean {
  return credential.revokedAtMs === null && credential.expiresAtMs > nowMs;
}

export interface Snapshot {
  /** Version of the registry this snapshot is complete up to. */
  readonly version: number;
  /** For organisations that have none of their own; null: governance has set none. */
  readonly assuranceFloor: AssuranceLevel | null;
  readonly organisations: ReadonlyMap<string, Organisation>;
  readonly clients: ReadonlyMap<string, Client>;
  /** By key id. */
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Client id by `workloadKey`. */
  readonly workloads: ReadonlyMap<string, string>;
  /** Application by the unguessable id of its JWKS URL. */
  readonly applicationsByJwksId: ReadonlyMap<string, Application>;
  /** By `cis2ClientKey`: environment and product. */
  readonly cis2Clients: ReadonlyMap<string, Cis2Client>;
  readonly cis2ClientsByJwksId: ReadonlyMap<string, Cis2Client>;
}

/** One string for an issuer and subject, free of collisions whatever they contain. */
export function workloadKey(issuer: string, subject: string): string {
  return JSON.stringify([issuer, subject]);
}
