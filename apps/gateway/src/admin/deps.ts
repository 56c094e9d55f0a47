/** All that the admin API needs from outside. */
import type { PastExplanation, RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { ExplainRequest } from '@gatehouse/contracts/operation/operation-resources';
import type { EnvironmentKind } from '@gatehouse/domain/registry/records/vocabulary';
import type { RandomBytes } from '@gatehouse/domain/input/opaque-key';
import type { KeyService } from '../adapters/kms/key-service.js';
import type { SecretBox } from '../adapters/kms/secret-box.js';
import type { AuditDesk } from './audit/audit-desk.js';
import type { Database } from './http/transaction.store.js';

export interface AdminDeps {
  readonly db: Database;
  /** Epoch ms. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
  /** Where the public listener is reached, without a trailing slash. */
  readonly publicUrl: string;
  /** Scheme, host and port that the console's pages come from. */
  readonly consoleOrigin: string;
  /** The environments this deployment serves. */
  readonly environments: ReadonlyMap<
    string,
    {
      readonly kind: EnvironmentKind;
      readonly fourEyes?: boolean | undefined;
      /** The quota of one application at e-RS. */
      readonly requestsPerMinute?: number | undefined;
    }
  >;
  /** Interaction ids of the catalogue. */
  readonly interactions: ReadonlySet<string>;
  readonly keyService: KeyService;
  /** Null: this deployment takes no API secrets yet, and says so. */
  readonly secretBox: Pick<SecretBox, 'seal'> | null;
  /** Keeps what was asked for until it is approved. */
  readonly changeBox: SecretBox;
  /** Answers how a request would be decided, from the snapshot; audited as an explanation. Calls nothing upstream. */
  readonly explain: (request: ExplainRequest, actor: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Decides a request of the trail again, with the registry of then and of now. */
  readonly explainPast: (story: RequestStory) => Promise<PastExplanation>;
  readonly audit: AuditDesk;
  readonly log: {
    info(facts: object, message: string): void;
    error(facts: object, message: string): void;
  };
}

export const ADMIN_DEPS = Symbol('AdminDeps');
