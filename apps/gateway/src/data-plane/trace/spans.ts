/**
 * The spans of a request that has ended: the request, its stages, and in the forward stage its attempts at e-RS with
 * what they waited for. Attributes are built from an empty list, of what the log line has and of the catalogue: no
 * path, query, header, body or address, and no text that a caller chose (ADR 53).
 */
import {
  type NotedSpan,
  presentAttributes,
  requestSpanName,
  type SpanAttributes,
  tracedMethod,
} from '@gatehouse/domain/tracing/span';
import type { Exchange } from '../exchange.js';
import type { RequestTrace, TimedPart } from './request-trace.js';

const FORWARD = 'forward';

/** @param apiBaseUrl of the environment that was called, without a path of any request */
export function spanOf(exchange: Exchange, trace: RequestTrace, apiBaseUrl: string | null): NotedSpan {
  const toEpochMs = (monotonicMs: number): number =>
    exchange.startedAtMs + (monotonicMs - exchange.startedMs);
  const part = ({ name, startMs, endMs }: TimedPart): NotedSpan => ({
    name,
    kind: 'internal',
    startMs: toEpochMs(startMs),
    endMs: toEpochMs(endMs),
    attributes: {},
    isError: false,
    children: [],
  });
  const call = (timed: TimedPart): NotedSpan =>
    timed.attempt === null ? part(timed) : { ...part(timed), ...callOf(exchange, timed, apiBaseUrl) };

  const { code } = exchange;
  // A refusal is recorded in a stage of its own, behind the stage that refused.
  const refusedIn = code === null ? undefined : trace.stages.findLast(({ name }) => name !== 'record');
  const stage = (timed: TimedPart): NotedSpan => ({
    ...part(timed),
    ...(timed === refusedIn
      ? { attributes: presentAttributes({ 'error.type': code }), isError: isFailed(exchange) }
      : {}),
    children: timed.name === FORWARD ? trace.parts.map(call) : [],
  });
  return {
    ...part({
      name: requestSpanName(exchange.method, exchange.matched?.operation.path),
      startMs: exchange.startedMs,
      endMs: exchange.lapMs,
      attempt: null,
    }),
    kind: 'server',
    attributes: requestAttributes(exchange),
    isError: isFailed(exchange),
    children: trace.stages.map(stage),
  };
}

/** Of a server's span: what the caller did wrong is no error (semantic conventions for HTTP spans). */
const isFailed = ({ status }: Exchange): boolean => status === null || status >= 500;

function requestAttributes(exchange: Exchange): SpanAttributes {
  const { binding, client, matched } = exchange;
  return presentAttributes({
    'http.request.method': tracedMethod(exchange.method),
    'http.route': matched?.operation.path,
    'http.response.status_code': exchange.status,
    'error.type': exchange.code ?? (exchange.status === null ? 'cut off' : null),
    'gatehouse.request_id': exchange.requestId,
    'gatehouse.environment': client?.environment,
    'gatehouse.client': client?.name,
    'gatehouse.binding': binding?.id,
    'gatehouse.ods_code': binding?.odsCode,
    'gatehouse.interaction': matched?.operation.interaction,
    'gatehouse.outcome': exchange.outcome,
    'gatehouse.attempts': exchange.attempts,
    'gatehouse.diagnosis': exchange.diagnosis,
  });
}

/** The span of a call of e-RS. */
function callOf(
  { matched }: Exchange,
  { attempt }: TimedPart,
  apiBaseUrl: string | null,
): Partial<NotedSpan> {
  if (attempt === null || matched === null) return {};
  const { method, path } = matched.operation;
  const { status } = attempt;
  const isError = status === null || status >= 400;
  return {
    name: `${method} ${path}`,
    kind: 'client',
    isError,
    attributes: presentAttributes({
      'http.request.method': method,
      'url.template': path,
      ...addressIn(apiBaseUrl),
      'http.response.status_code': status,
      'http.request.resend_count': attempt.number > 1 ? attempt.number - 1 : null,
      'error.type': attempt.code ?? (isError && status !== null ? String(status) : null),
      'gatehouse.attempt_id': attempt.id,
      'gatehouse.outcome': attempt.outcome,
    }),
  };
}

function addressIn(apiBaseUrl: string | null) {
  if (apiBaseUrl === null) return {};
  const { hostname, port, protocol } = new URL(apiBaseUrl);
  return {
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}
