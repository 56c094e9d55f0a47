/** The record of one request. It is created first, filled in stage by stage and written last, however the request ends. */
import { randomUUIDv7 } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ActorFacts, AuditOutcome, RequestFacts } from '@gatehouse/domain/audit/audit';
import type { GatewayError } from '@gatehouse/domain/errors';
import type { MatchedOperation } from '@gatehouse/domain/ers/operation';
import type { Workload } from '@gatehouse/domain/registry/records/client-fields';
import type { Binding, Client } from '@gatehouse/domain/registry/registry';
import type { ActingAs } from '@gatehouse/domain/policy/business-function';
import type { Step } from '@gatehouse/domain/policy/policy';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import { recordedCorrelationId } from '@gatehouse/domain/input/correlation-id';
import { correlationIdIn } from '@gatehouse/domain/input/request-headers';
import { type BodyShare, createBodyBudget } from '../listener/body-budget.js';
import type { RequestTrace } from './trace/request-trace.js';

export interface Exchange {
  readonly requestId: string;
  readonly startedAtMs: number;
  /** Monotonic ms. */
  readonly startedMs: number;
  /** Where the caller is; behind a declared proxy, as that says. */
  readonly remoteAddress: string;
  readonly method: string;
  /** The request target as received; used for matching, never logged, never forwarded. */
  readonly target: string;
  /** The caller's own, or a new one; the answer carries it. */
  correlationId: string;
  /** The correlation id as it is recorded and logged. A keyed hash replaces digits that may be a patient's number. */
  recordedCorrelationId: string;
  client: Client | null;
  /** The operator, or the schedule, that asked for a probe; null where a client called. */
  readonly actor: ActorFacts | null;
  /** Public id of the client key, or `workload`. */
  keyId: string | null;
  /** The workload binding under which a workload JWT was verified. */
  workload: Workload | null;
  matched: MatchedOperation | null;
  binding: Binding | null;
  registryVersion: number | null;
  steps: readonly Step[];
  /** The caller's choices among its grants; null until the decision. The audit trail keeps them as `asked`. */
  choices: RequestFacts['asked'];
  /** As it was read last; null without a usable one. */
  userSession: UserSession | null;
  /** In user-restricted mode: the function and the user acted for, as they are sent to e-RS. */
  actingAs: ActingAs | null;
  noUser: RequestFacts['noUser'];
  /** True if nothing is called: only the decision is wanted. */
  explanation: boolean;
  /** Attempts at e-RS so far. */
  attempts: number;
  /** UUID of the newest attempt, sent as Gatehouse-Attempt-Id. */
  attemptId: string | null;
  outcome: AuditOutcome | null;
  status: number | null;
  code: string | null;
  /** Why the request was refused or failed. The log has more of it than the caller gets. */
  failure: GatewayError | null;
  /** Status of the newest answer of e-RS. */
  upstreamStatus: number | null;
  /** The code that the newest OUTCOME records. If it is the code of the refusal, no DENIED is needed. */
  recordedCode: string | null;
  diagnosis: string | null;
  /** Its share of the budget for bodies. */
  readonly bodies: BodyShare;
  /** How many more calls of the application fit into this minute, when the newest left; null if that is not known. */
  rateRemaining: number | null;
  requestBytes: number;
  responseBytes: number;
  /** Milliseconds spent per stage, for metrics. */
  readonly stageMs: Map<string, number>;
  /** The stage that the request is in; null before the first. */
  stage: string | null;
  /** When that began, monotonic ms. */
  lapMs: number;
  /** Null where nothing is traced. */
  trace: RequestTrace | null;
}

export interface Clock {
  /** Epoch ms. */
  readonly now: () => number;
  /** Milliseconds that only grow. */
  readonly monotonicNow: () => number;
}

const UNLIMITED = createBodyBudget(Infinity);

export function beginExchange(
  request: IncomingMessage,
  clock: Clock,
  remoteAddress: string,
  bodies: BodyShare,
): Exchange {
  const { method = '', url = '', rawHeaders } = request;
  const exchange = blankExchange(clock, method, url, remoteAddress, bodies);
  // A caller that is refused for its credential must be able to find that refusal by its own id too.
  exchange.correlationId = correlationIdIn(rawHeaders) ?? exchange.correlationId;
  exchange.recordedCorrelationId = recordedCorrelationId(exchange.correlationId, () => 'not recorded');
  return exchange;
}

/** For an explanation to an operator: no request arrived, and so no body. */
export function hypotheticalExchange(clock: Clock, method: string, target: string): Exchange {
  return { ...blankExchange(clock, method, target, '', UNLIMITED.share()), explanation: true };
}

/** For a read by which an operator, or the schedule, asks NHS England about an application. */
export function exchangeOfProbe(
  clock: Clock,
  target: string,
  actor: ActorFacts,
  bodies: BodyShare,
): Exchange {
  return { ...blankExchange(clock, 'GET', target, '', bodies), actor };
}

/** For a read that Gatehouse makes for the user whose request it is serving, with records of its own. */
export function exchangeWithin(
  outer: Exchange,
  clock: Clock,
  target: string,
  userSession: UserSession,
): Exchange {
  const { remoteAddress, bodies, correlationId, recordedCorrelationId, client, keyId, workload } = outer;
  return {
    ...blankExchange(clock, 'GET', target, remoteAddress, bodies),
    ...{ correlationId, recordedCorrelationId, client, keyId, workload, userSession },
  };
}

function blankExchange(
  clock: Clock,
  method: string,
  target: string,
  remoteAddress: string,
  bodies: BodyShare,
): Exchange {
  const startedMs = clock.monotonicNow();
  const correlationId = randomUUIDv7();
  return {
    requestId: randomUUIDv7(),
    startedAtMs: clock.now(),
    startedMs,
    remoteAddress,
    method,
    target,
    correlationId,
    recordedCorrelationId: correlationId,
    client: null,
    actor: null,
    keyId: null,
    workload: null,
    matched: null,
    binding: null,
    registryVersion: null,
    steps: [],
    choices: null,
    userSession: null,
    actingAs: null,
    noUser: null,
    explanation: false,
    attempts: 0,
    attemptId: null,
    outcome: null,
    status: null,
    code: null,
    failure: null,
    upstreamStatus: null,
    recordedCode: null,
    diagnosis: null,
    bodies,
    rateRemaining: null,
    requestBytes: 0,
    responseBytes: 0,
    stageMs: new Map(),
    stage: null,
    lapMs: startedMs,
    trace: null,
  };
}

/** Ends the stage that the request is in, if any, and begins the next one. A stage may be entered again. */
export function enter(exchange: Exchange, next: string, clock: Clock): void {
  const { stage, lapMs } = exchange;
  const nowMs = clock.monotonicNow();
  if (stage !== null) {
    exchange.stageMs.set(stage, (exchange.stageMs.get(stage) ?? 0) + nowMs - lapMs);
    exchange.trace?.noteStage(stage, lapMs, nowMs);
  }
  exchange.stage = next;
  exchange.lapMs = nowMs;
}
