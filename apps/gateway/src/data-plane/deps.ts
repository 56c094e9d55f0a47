/** What the data plane needs from outside. `process/parts.ts` builds it; tests can replace each part. */
import type { Subject } from '@gatehouse/domain/audit/audit';
import type { DecisionMemo } from '@gatehouse/domain/policy/decision-memo';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { TokenSource } from '../adapters/nhs/apim-token.js';
import type { UserOfEnvironment } from '../adapters/audit/read/last-used.js';
import type { Sealed } from '../adapters/audit/write/chain.js';
import type { SubjectSealer } from '../adapters/audit/write/subjects.js';
import type { AuditLog } from '../adapters/audit/write/audit-log.js';
import type { RateLimiter } from '../adapters/rate/rate-limiter.js';
import type { Upstream } from '../adapters/nhs/upstream.js';
import type { BroughtTokens } from '../adapters/users/brought-tokens.js';
import type { CombinedSignIns } from '../adapters/users/combined/combined-sign-ins.js';
import type { SignInSetups } from '../adapters/users/sign-in-setups.js';
import type { SignIn } from '../adapters/users/used-tokens.js';
import type { UserLogins } from '../adapters/users/user-logins.js';
import type { UserTokens } from '../adapters/users/tokens/user-tokens.js';
import type { UserSessions } from '../adapters/users/user-sessions.js';
import type { WorkloadVerifier } from '../adapters/people/workload-token.js';
import type { WorklistAllowance } from '../adapters/nhs/worklist-allowance.js';
import type { Environment } from '../config/environments.js';
import type { BodyBudget } from '../listener/body-budget.js';
import type { CallerAddress } from '../listener/caller-address.js';
import type { KillPoint } from '../hooks/hooks.js';
import type { Clock, Exchange } from './exchange.js';
import type { RunningCalls } from './running-calls.js';
import type { Tracing } from './trace/tracing.js';

export interface PlaneDeps {
  readonly clock: Clock;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
    fatal(fields: object, message: string): void;
  };
  readonly environments: ReadonlyMap<string, Environment>;
  /** The names, in lower case, that the partner listener answers for; null for all. */
  readonly hosts: ReadonlySet<string> | null;
  /** The peer, or what a declared proxy says of it. */
  readonly callerAddress: CallerAddress;
  readonly bodies: BodyBudget;
  readonly registry: {
    current(): Snapshot;
    /** A snapshot at least as new as the version. */
    refresh(minVersion: number): Promise<Snapshot>;
    /** Ms since the snapshot was last confirmed to be current. */
    age(): number;
  };
  readonly snapshotMaxAgeMs: number;
  readonly decisions: Pick<DecisionMemo, 'decide'>;
  readonly audit: AuditLog;
  readonly sealSubjects: (
    odsCode: string,
    attemptId: string,
    subjects: readonly Subject[],
  ) => Promise<Sealed>;
  /** The same for the patients that a worklist answer names. Null if it is not JSON. */
  readonly sealWorklist: SubjectSealer['sealWorklist'];
  /** A keyed hash of digits that may be a patient's number. */
  readonly hashDigits: (digits: string) => Promise<string>;
  /** Of applications. */
  readonly tokens: TokenSource;
  /** Of users, for plans that have one. */
  readonly userTokens: UserTokens;
  readonly userSessions: UserSessions;
  readonly userSignIn: {
    readonly setups: SignInSetups;
    readonly logins: UserLogins;
    readonly broughtTokens: BroughtTokens;
    readonly combined: Pick<CombinedSignIns, 'check'>;
    /** Why a sign-in may open no session any more; null if it may. */
    readonly endOf: (signIn: SignIn) => Promise<'logged_out' | 'session_ended' | null>;
    /** Ids of the applications through which a user has acted, the latest used first. */
    readonly lastUsed: (user: UserOfEnvironment) => Promise<readonly string[]>;
    /** Where a user's browser begins to sign in. */
    readonly loginUrl: string;
  };
  readonly workloads: WorkloadVerifier;
  readonly upstream: Upstream;
  readonly limiter: RateLimiter;
  readonly running: RunningCalls;
  readonly allowance: WorklistAllowance;
  /** Time until the headers of e-RS's answer, for reads. */
  readonly readHeadersMs: number;
  /** Time for a whole request with all its attempts. */
  readonly totalMs: number;
  /** The longest pause allowed to a caller that reads its answer slowly. */
  readonly writeStallMs: number;
  /** The skew in ms if the clock disagrees with NHS England's; null if it agrees. */
  readonly clockFault: () => number | null;
  /** How late the event loop is, in ms, if it is too late to take requests; null if it is not. */
  readonly lagFault: () => number | null;
  readonly observe: (exchange: Exchange) => void;
  /** Null, the default: nothing is traced. */
  readonly tracing: Tracing | null;
  readonly killPoint: (name: KillPoint) => void;
}
