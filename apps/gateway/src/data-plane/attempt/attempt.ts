/** One attempt at a call to e-RS: the types shared by the code that prepares, makes, judges and records it. */
import type { AuditOutcome } from '@gatehouse/domain/audit/audit';
import type { GatewayError } from '@gatehouse/domain/errors';
import type { AccessToken } from '../../adapters/nhs/access-token.js';
import type { Departure } from '../../adapters/rate/rate-limiter.js';
import type { Seat } from '../../adapters/nhs/upstream.js';
import type { Admitted } from '../admit.js';
import type { Route } from '../decide.js';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import type { RetryReason } from './retry.js';

/** What all attempts of a request have in common. */
export interface Call {
  readonly deps: PlaneDeps;
  readonly exchange: Exchange;
  readonly admitted: Admitted;
  /** Decides on the registry as it is now. @throws the policy's refusal */
  readonly decide: () => Route;
  /** When the time for the whole request is over, and the attempt under way ends; monotonic ms. */
  readonly deadlineMs: number;
}

export interface Attempt {
  /** Sent to e-RS as X-Correlation-ID. */
  readonly id: string;
  /** 1 for the first. */
  readonly number: number;
  /** Epoch ms. */
  readonly startedAtMs: number;
  /** When the call was handed to its connection, monotonic ms; null: it has not been yet. */
  sentMs: number | null;
  readonly route: Route;
  /** Null in an open environment. */
  readonly token: AccessToken | null;
  /** Its connection to e-RS. */
  readonly seat: Seat;
  /** Its turn under the application's rate limit. */
  readonly departure: Departure;
  /** The headers sent to e-RS, of which the audit trail keeps some. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of e-RS that may not be released yet. */
export interface ReceivedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The whole body, or null while it is still to be streamed. */
  readonly body: Buffer | null;
  readonly stream: AsyncIterable<Buffer>;
  /** Nothing but the end of the connection says where the body ends. */
  readonly endsWithConnection: boolean;
  /** The start of the body, unpacked, so that known errors can be recognised. Empty for a stream. */
  readonly bodyStart: string;
  /** Our access token is in a header or in the buffered body, which must not be released. */
  readonly echoesToken: boolean;
  /** Gives up the rest of the answer and its connection. */
  discard(): void;
}

/** An answer whose OUTCOME is committed: it may be released. */
export interface ReleasableAnswer extends ReceivedAnswer {
  readonly attempt: Attempt;
}

interface AttemptEnd {
  readonly outcome: AuditOutcome;
  /** The status of e-RS's answer; null if none was received. */
  readonly upstreamStatus: number | null;
  readonly diagnosis: string | null;
  /** Null if another attempt would end the same way. */
  readonly retry: RetryReason | null;
}

/** How an attempt ended. If no other follows, the caller gets the refusal or, where there is none, the answer. */
export type AttemptResult = AttemptEnd &
  (
    | { readonly received: ReceivedAnswer; readonly refusal: null }
    | { readonly received: ReceivedAnswer | null; readonly refusal: GatewayError }
  );

/** An attempt that brought no answer: what the audit trail records of it, and what the caller gets. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly result: AttemptResult;

  constructor(
    outcome: AuditOutcome,
    refusal: GatewayError,
    retry: RetryReason | null,
    upstreamStatus: number | null = null,
  ) {
    super(refusal.message, { cause: refusal.options.cause });
    this.result = { outcome, upstreamStatus, diagnosis: null, retry, received: null, refusal };
  }
}
