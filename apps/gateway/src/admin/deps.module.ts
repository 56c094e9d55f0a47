import type { RandomBytes } from '@gatehouse/domain/input/opaque-key';
import type { SessionLimits } from '@gatehouse/domain/users/session-life';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { KeyService } from '../adapters/kms/key-service.js';
import type { SecretBox } from '../adapters/kms/secret-box.js';
import type { CallerAddress } from '../listener/caller-address.js';
import { AuditTrail } from './audit/audit-trail.js';
import { type Database, Transactions } from './http/transactions.js';
import * as injected from './injected.js';

/** What process/ hands to the admin API. It lives as long as the process; Nest neither opens nor closes any of it. */
export interface AdminDeps {
  readonly db: Database;
  readonly now: injected.Clock;
  readonly randomBytes: RandomBytes;
  readonly publicUrl: string;
  readonly partnerUrl: string | null;
  readonly consoleOrigin: string;
  readonly ownerSignInMs: number;
  readonly userSessionLimits: SessionLimits;
  readonly environments: injected.Environments;
  readonly interactions: ReadonlySet<string>;
  readonly keyService: KeyService;
  readonly secretBox: SecretBox;
  readonly explain: injected.Explain;
  readonly askNhs: injected.AskNhs;
  readonly explainPast: injected.ExplainPast;
  readonly auditTrail: Pick<AuditTrail, keyof AuditTrail>;
  readonly snapshot: injected.CurrentSnapshot;
  readonly userName: injected.UserName;
  readonly callerAddress: CallerAddress;
  readonly tokenRejected: injected.TokenRejected;
  readonly webhookFault: injected.WebhookFault;
  readonly evidence: injected.Evidence;
  readonly log: injected.Log;
}

/** Hands each dependency to Nest under a token of its own, so that a provider names the few it takes. */
@Module({})
export class DepsModule {
  static with(deps: AdminDeps): DynamicModule {
    const providers: Provider[] = [
      { provide: injected.DATABASE, useValue: deps.db },
      { provide: injected.CLOCK, useValue: deps.now },
      { provide: injected.RANDOM_BYTES, useValue: deps.randomBytes },
      { provide: injected.PUBLIC_URL, useValue: deps.publicUrl },
      { provide: injected.PARTNER_URL, useValue: deps.partnerUrl },
      { provide: injected.CONSOLE_ORIGIN, useValue: deps.consoleOrigin },
      { provide: injected.OWNER_SIGN_IN_MS, useValue: deps.ownerSignInMs },
      { provide: injected.USER_SESSION_LIMITS, useValue: deps.userSessionLimits },
      { provide: injected.ENVIRONMENTS, useValue: deps.environments },
      { provide: injected.INTERACTIONS, useValue: deps.interactions },
      { provide: injected.KEY_SERVICE, useValue: deps.keyService },
      { provide: injected.SECRET_BOX, useValue: deps.secretBox },
      { provide: injected.EXPLAIN, useValue: deps.explain },
      { provide: injected.ASK_NHS, useValue: deps.askNhs },
      { provide: injected.EXPLAIN_PAST, useValue: deps.explainPast },
      { provide: injected.SNAPSHOT, useValue: deps.snapshot },
      { provide: injected.USER_NAME, useValue: deps.userName },
      { provide: injected.CALLER_ADDRESS, useValue: deps.callerAddress },
      { provide: injected.TOKEN_REJECTED, useValue: deps.tokenRejected },
      { provide: injected.WEBHOOK_FAULT, useValue: deps.webhookFault },
      { provide: injected.EVIDENCE, useValue: deps.evidence },
      { provide: injected.LOG, useValue: deps.log },
      { provide: AuditTrail, useValue: deps.auditTrail },
      Transactions,
    ];
    return { module: DepsModule, global: true, providers, exports: providers };
  }
}
