/**
 * Who traced a request before it came here (the header `traceparent` of W3C Trace Context). Of what a caller says about its trace nothing
 * else is read: `tracestate` and `baggage` may hold anything, and nothing of it leaves Gatehouse (ADR 53).
 */
import { headerPairs } from '../input/framing.js';

export interface TraceParent {
  /** 32 hexadecimal digits in lower case. */
  readonly traceId: string;
  /** 16 hexadecimal digits in lower case: the caller's own span. */
  readonly spanId: string;
  /** Whether the caller records this trace. */
  readonly isSampled: boolean;
}

const NAME = 'traceparent';
/** A version later than 00 may go on behind another hyphen. There is no version ff. */
const GRAMMAR =
  /^(?!ff)[0-9a-f]{2}-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<rest>-.*)?$/;
const NONE = /^0+$/;
const SAMPLED = 0x01;

/** @returns null if there is none, if there are several, or if it is malformed: the request is then the first of its trace */
export function traceParentIn(rawHeaders: readonly string[]): TraceParent | null {
  const values = headerPairs(rawHeaders).filter(([name]) => name === NAME);
  const [first] = values;
  return first === undefined || values.length > 1 ? null : parseTraceParent(first[1]);
}

export function parseTraceParent(value: string): TraceParent | null {
  const { traceId, spanId, flags, rest } = GRAMMAR.exec(value)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (NONE.test(traceId) || NONE.test(spanId)) return null;
  if (rest !== undefined && value.startsWith('00-')) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}
