/** Traces of requests: noted while a request runs, sampled and handed over when it has ended. */
import { createTraceSampler } from '@gatehouse/domain/tracing/sampling';
import type { SpanExport } from '../../adapters/otlp/open-otlp.js';
import type { Environment } from '../../config/environments.js';
import type { Clock, Exchange } from '../exchange.js';
import { RequestTrace } from './request-trace.js';
import { spanOf } from './spans.js';

export interface Tracing {
  begin(rawHeaders: readonly string[]): RequestTrace;
  /** Never throws, and waits for nobody. */
  end(exchange: Exchange, trace: RequestTrace): void;
}

interface TracingOptions extends SpanExport {
  readonly environments: ReadonlyMap<string, Pick<Environment, 'apiBaseUrl'>>;
  readonly clock: Clock;
}

export function createTracing({ ratio, environments, clock, sink, onFault }: TracingOptions): Tracing {
  const isTraced = createTraceSampler(ratio);
  return {
    begin: (rawHeaders) => new RequestTrace(rawHeaders),
    end(exchange, trace) {
      const { parent, traceId } = trace;
      const clientId = exchange.client?.id ?? null;
      const nowMs = clock.monotonicNow();
      if (!isTraced({ parent, clientId, nowMs, draw: Math.random() })) return;
      try {
        const apiBaseUrl = environments.get(exchange.client?.environment ?? '')?.apiBaseUrl ?? null;
        sink.add(spanOf(exchange, trace, apiBaseUrl), traceId, parent?.spanId ?? null);
      } catch (error) {
        onFault(error);
      }
    },
  };
}
