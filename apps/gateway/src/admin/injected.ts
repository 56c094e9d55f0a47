/** The tokens under which providers of the admin API ask for what process/ has opened, and what stands behind each. */
import type { PastExplanation, RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type {
  AskedReport,
  ExplainRequest,
  ExplanationView,
} from '@gatehouse/contracts/operation/operation-resources';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import type { EnvironmentKind } from '@gatehouse/domain/registry/records/vocabulary';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { EvidenceSource } from '../adapters/evidence/evidence-source.js';
import type { ManifestSigner } from '../adapters/evidence/manifest-signer.js';

/** `Queries` for what reads and writes rows, `Database` for what opens transactions. */
export const DATABASE = Symbol('Database');

export const CLOCK = Symbol('Clock');
/** Epoch ms. */
export type Clock = () => number;

export const RANDOM_BYTES = Symbol('RandomBytes');

/** Where the public listener is reached, without a trailing slash. */
export const PUBLIC_URL = Symbol('public URL');
export const PARTNER_URL = Symbol('partner URL');
/** How long users stay signed in. */
export const USER_SESSION_LIMITS = Symbol('user session limits');

/** Scheme, host and port that the console's pages come from. */
export const CONSOLE_ORIGIN = Symbol('console origin');

/** How old the last sign-in of a person may be while their tokens work, ms. */
export const OWNER_SIGN_IN_MS = Symbol('owner sign-in ms');

/** The environments this deployment serves, by name. */
export const ENVIRONMENTS = Symbol('Environments');
export type Environments = ReadonlyMap<string, ServedEnvironment>;
export interface ServedEnvironment {
  readonly kind: EnvironmentKind;
  /** Of API Management; an open environment has none. */
  readonly tokenUrl?: string | undefined;
  /** Of e-RS. */
  readonly apiBaseUrl?: string | undefined;
  readonly cis2Issuer?: string | undefined;
  /** Of the environments file: counts at the first start alone. */
  readonly fourEyes?: boolean | undefined;
  /** The quota of one application at e-RS. */
  readonly requestsPerMinute?: number | undefined;
}

/** Interaction ids of the catalogue, as a set. */
export const INTERACTIONS = Symbol('interactions');

export const KEY_SERVICE = Symbol('KeyService');

/** Seals the secrets of registry records, and the input of a change until a second person decides. */
export const SECRET_BOX = Symbol('SecretBox');

/** Answers how a request would be decided, from the snapshot; audited as an explanation. Calls nothing upstream. */
export const EXPLAIN = Symbol('Explain');
export type Explain = (request: ExplainRequest, actor: ActorFacts) => Promise<ExplanationView>;

/** Requests a token and makes a read under an application, for an operator. It is recorded who asked. */
export const ASK_NHS = Symbol('AskNhs');
export type AskNhs = (
  application: { readonly odsCode: string; readonly applicationId: string },
  actor: ActorFacts,
) => Promise<AskedReport['asked']>;

/** Decides a request of the audit trail again, with the registry of then and of now. */
export const EXPLAIN_PAST = Symbol('ExplainPast');
export type ExplainPast = (story: RequestStory) => Promise<PastExplanation>;

/** The name of the user of a session; null once the session is over, or if CIS2 gave none. */
export const USER_NAME = Symbol('UserName');
export type UserName = (userSessionId: string) => Promise<string | null>;

/** The registry as requests are decided by it now. */
export const SNAPSHOT = Symbol('Snapshot');
export type CurrentSnapshot = () => Snapshot;

/** Records that a token from this address was turned away. */
export const TOKEN_REJECTED = Symbol('TokenRejected');
export type TokenRejected = (address: string) => Promise<void>;

export const CALLER_ADDRESS = Symbol('CallerAddress');

/** What is wrong with the URL of a webhook, in words; null: nothing. */
export const WEBHOOK_FAULT = Symbol('WebhookFault');
export type WebhookFault = (url: string) => Promise<string | null>;

/** What evidence packs are made from, and what signs them; `signer` null: no key is configured. */
export const EVIDENCE = Symbol('Evidence');
export interface Evidence {
  readonly source: EvidenceSource;
  readonly signer: ManifestSigner | null;
}

export const LOG = Symbol('Log');
export interface Log {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
