/**
 * Spans to an OpenTelemetry collector, as OTLP in JSON over HTTP. They wait in a queue of bounded size and leave in
 * batches; while nobody takes them, the newest are dropped. Loaded only where tracing is configured.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { NotedSpan } from '@gatehouse/domain/tracing/span';
import {
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  RandomIdGenerator,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** Some ten spans a request: the last 400 traced ones. */
const MOST_WAITING_SPANS = 4_096;
/** Serialising a batch must not hold up the event loop. */
const BATCH_SPANS = 256;
const BATCH_EVERY_MS = 2_000;
const EXPORT_MS = 2_000;
/** What a collector that doesn't answer may cost the end of the process. */
const FLUSH_MS = 2_000;

export interface SpanSink {
  /**
   * Queues a span with its children; waits for nobody.
   * @param traceId of the trace that the span belongs to
   * @param parentSpanId of the caller's span; null if the trace begins here
   */
  add(span: NotedSpan, traceId: string, parentSpanId: string | null): void;
  /** Sends what waits, for at most two seconds. */
  close(): Promise<void>;
}

export interface OtlpOptions {
  /** The collector's base URL; `/v1/traces` follows. */
  readonly endpoint: string;
  /** Sent with each batch; may hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onFailed: (error: unknown) => void;
  readonly onWorked: () => void;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

export function openOtlpSpans(options: OtlpOptions): SpanSink {
  const ids = new RandomIdGenerator();
  let nextTraceId = '';
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'gatehouse', 'service.instance.id': randomUUID() }),
    // It was decided before what is worth a span.
    sampler: new AlwaysOnSampler(),
    // The log line has named the trace already.
    idGenerator: { generateSpanId: () => ids.generateSpanId(), generateTraceId: () => nextTraceId },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: watchedExporter(options),
        maxQueueSize: MOST_WAITING_SPANS,
        maxExportBatchSize: BATCH_SPANS,
        scheduledDelayMillis: BATCH_EVERY_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('gatehouse');

  function add(
    { name, kind, startMs, endMs, attributes, isError, children }: NotedSpan,
    parent: Context,
  ): void {
    const span = tracer.startSpan(
      name,
      { kind: KINDS[kind], startTime: hrTime(startMs), attributes: { ...attributes } },
      parent,
    );
    if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
    const within = trace.setSpan(parent, span);
    for (const child of children) add(child, within);
    span.end(hrTime(endMs));
  }

  return {
    add(span, traceId, spanId) {
      nextTraceId = traceId;
      const parent = { traceId, spanId: spanId ?? '', traceFlags: TraceFlags.SAMPLED, isRemote: true };
      add(span, spanId === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent));
    },
    async close() {
      const flushed = provider.shutdown().catch(options.onFailed);
      await Promise.race([flushed, pause(FLUSH_MS, undefined, { ref: false })]);
    },
  };
}

/** Seconds and nanoseconds: a number alone could be taken for a time since the process began. */
function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}

function watchedExporter({ endpoint, headers, onFailed, onWorked }: OtlpOptions): SpanExporter {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_MS,
  });
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error === undefined) onWorked();
        else onFailed(result.error);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
