/** Why a call failed, as a union that is discriminated by `code`. */
import { REFUSALS, type RefusalCode } from './refusals.js';

/**
 * What became of the request at e-RS.
 * - `NOT_SENT`: e-RS got nothing of it.
 * - `ANSWERED`: e-RS rejected it.
 * - `SENT`: e-RS answered, and Gatehouse can't say what. Read the referral before you repeat a write.
 * - `UNKNOWN`: it may or may not have been carried out. Read the referral before you repeat a write.
 */
export type Fate = 'NOT_SENT' | 'ANSWERED' | 'SENT' | 'UNKNOWN';

interface Common {
  readonly fate: Fate;
  /** The id of the call, with which the operator of Gatehouse finds it. */
  readonly correlationId: string;
  /** The id to quote to NHS England; null if nothing was tried. */
  readonly attemptId: string | null;
  /** When to repeat the call at the earliest, in seconds; null if the answer doesn't say. */
  readonly retryAfterS: number | null;
  /** A known misconfiguration (docs/diagnoses.md of Gatehouse). */
  readonly diagnosis: string | null;
}

interface RefusalOf<C extends RefusalCode> extends Common {
  readonly code: C;
  readonly status: number;
  /** Who must act, unless the text names somebody else. */
  readonly whoActs: (typeof REFUSALS)[C]['whoActs'];
}

/** Gatehouse refused. Each code is explained in docs/errors.md of Gatehouse. */
export type Refusal = { [C in RefusalCode]: RefusalOf<C> }[RefusalCode];

/** A refusal of a Gatehouse that is newer than this package. */
export interface UnlistedRefusal extends Common {
  readonly code: 'UNLISTED_CODE';
  readonly received: string;
  readonly status: number;
}

/** e-RS answered with an error. Its words are in the body. */
export interface ErsError extends Common {
  readonly code: 'ERS_ERROR';
  readonly status: number;
}

/** No answer of Gatehouse arrived: it can't be reached, or the connection broke. */
export interface NoAnswer extends Common {
  readonly code: 'NO_ANSWER';
  readonly status: null;
}

export type Failure = Refusal | UnlistedRefusal | ErsError | NoAnswer;

/** A call that failed. Its text and its properties hold no key and nothing of the request. */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError';
  readonly failure: Failure;
  /** Private, so that it isn't logged with the error: what e-RS says may be about a patient. */
  readonly #body: string;

  constructor(failure: Failure, body = '', cause?: unknown) {
    super(wordsOf(failure, body), { cause });
    this.failure = failure;
    this.#body = body;
  }

  /** The body of the answer, an OperationOutcome mostly; at most 64 KiB of it. It may hold a patient's data. */
  body(): string {
    return this.#body;
  }
}

/** What Gatehouse says never quotes the request. What e-RS says may, and stays in the body. */
function wordsOf(failure: Failure, body: string): string {
  switch (failure.code) {
    case 'NO_ANSWER':
      return failure.fate === 'NOT_SENT' ? 'Gatehouse can’t be reached.' : 'No answer of Gatehouse arrived.';
    case 'ERS_ERROR':
      return `e-RS answered ${String(failure.status)}.`;
    case 'UNLISTED_CODE':
      return `${failure.received}: ${explanationIn(body)}`;
    default:
      return `${failure.code}: ${explanationIn(body)}`;
  }
}

/** The words of the OperationOutcome, which the answer to HEAD hasn't. */
function explanationIn(body: string): string {
  try {
    const { issue } = JSON.parse(body) as { issue?: { diagnostics?: string }[] };
    return issue?.[0]?.diagnostics ?? 'refused.';
  } catch {
    return 'refused.';
  }
}

/**
 * @param reads whether the interaction only reads
 * @param correlationId the one that was sent
 * @param nowMs to measure a Retry-After that is a date
 */
export function failureIn(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  reads: boolean,
  correlationId: string,
  nowMs: number,
): Failure {
  const common = {
    correlationId: headers.get('X-Correlation-ID') ?? correlationId,
    attemptId: headers.get('Gatehouse-Attempt-Id'),
    retryAfterS: secondsIn(headers.get('Retry-After'), nowMs),
    diagnosis: headers.get('Gatehouse-Diagnosis'),
    status,
  };
  const source = headers.get('Gatehouse-Error-Source');
  if (source === 'upstream') return { ...common, code: 'ERS_ERROR', fate: 'ANSWERED' };
  const received = headers.get('Gatehouse-Error-Code');
  // Something between us and Gatehouse has answered.
  if (source !== 'gateway' || received === null)
    return { ...common, code: 'UNLISTED_CODE', received: 'No code', fate: 'UNKNOWN' };
  const fate = fateOf(headers.get('Gatehouse-Delivery'), received, reads && status >= 500);
  if (!isListed(received)) return { ...common, code: 'UNLISTED_CODE', received, fate };
  const { whoActs } = REFUSALS[received];
  return { ...common, code: received, whoActs, fate } as Refusal;
}

const isListed = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code);

/**
 * Gatehouse-Delivery is in every refusal of a write that may have reached e-RS (docs/guides/calling.md). Of a read,
 * which may be repeated, Gatehouse doesn't say it.
 */
function fateOf(delivery: string | null, code: string, isFailedRead: boolean): Fate {
  if (delivery === 'sent') return 'SENT';
  return delivery !== null || code === 'GW_INTERNAL' || isFailedRead ? 'UNKNOWN' : 'NOT_SENT';
}

function secondsIn(retryAfter: string | null, nowMs: number): number | null {
  if (retryAfter === null) return null;
  if (/^[0-9]{1,9}$/.test(retryAfter)) return Number(retryAfter);
  // An HTTP date: RFC 9110 §5.6.7.
  const atMs = /^[A-Z][a-z]{2}, .* GMT$/.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}

/** What Node says if there was no connection on which anything could have been sent. */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** @param error what fetch threw */
export function noAnswer(error: unknown, correlationId: string): NoAnswer {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const fate = NOT_CONNECTED.has(code) ? 'NOT_SENT' : 'UNKNOWN';
  return {
    code: 'NO_ANSWER',
    status: null,
    fate,
    correlationId,
    attemptId: null,
    retryAfterS: null,
    diagnosis: null,
  };
}
