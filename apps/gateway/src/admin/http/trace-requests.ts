import { createTraceSampler } from '@gatehouse/domain/tracing/sampling';
import { presentAttributes, requestSpanName, tracedMethod } from '@gatehouse/domain/tracing/span';
import { traceParentIn } from '@gatehouse/domain/tracing/traceparent';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SpanExport } from '../../adapters/otlp/open-otlp.js';

/** Express sets the route when it has found one. */
type Routed = IncomingMessage & { readonly route?: { readonly path?: unknown } };

/**
 * Middleware: a span for each request that is sampled, when it has ended. It has the template of the route and the
 * status: no path, query, header or body, and no person (ADR 53).
 */
export function traceRequests({ sink, ratio, onFault }: SpanExport) {
  const isTraced = createTraceSampler(ratio);
  return (request: Routed, response: ServerResponse, next: () => void): void => {
    const [startMs, startedMs] = [Date.now(), performance.now()];
    response.once('close', () => {
      const nowMs = performance.now();
      const parent = traceParentIn(request.rawHeaders);
      if (!isTraced({ parent, clientId: null, nowMs, draw: Math.random() })) return;
      const { method = '' } = request;
      const route = typeof request.route?.path === 'string' ? request.route.path : undefined;
      const status = response.headersSent ? response.statusCode : null;
      const isError = status === null || status >= 500;
      const span = {
        name: requestSpanName(method, route),
        kind: 'server' as const,
        ...{ startMs, endMs: startMs + (nowMs - startedMs) },
        attributes: presentAttributes({
          'http.request.method': tracedMethod(method),
          'http.route': route,
          'http.response.status_code': status,
          'error.type': isError ? String(status ?? 'cut off') : null,
        }),
        ...{ isError, children: [] },
      };
      try {
        sink.add(span, parent?.traceId ?? randomBytes(16).toString('hex'), parent?.spanId ?? null);
      } catch (error) {
        onFault(error);
      }
    });
    next();
  };
}
