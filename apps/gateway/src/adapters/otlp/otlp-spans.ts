/**
 * Spans to an OpenTelemetry collector, as OTLP in JSON over HTTP. They wait in a queue of bounded size and leave in
 * batches; while nobody takes them, the newest are dropped. Loaded only where tracing is configured.
 */
import type { NotedSpan } from '@gatehouse/domain/tracing/span';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { JsonTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  RandomIdGenerator,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { hrTime } from './hr-time.js';
import { createOtlpExporter, flushed, type OtlpOptions, RESOURCE } from './otlp-exporter.js';

/** Some ten spans a request: the last 400 traced ones. */
const MOST_WAITING_SPANS = 4_096;
/** Serialising a batch must not hold up the event loop. */
const BATCH_SPANS = 256;
const BATCH_EVERY_MS = 2_000;

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

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

export function openOtlpSpans(options: OtlpOptions): SpanSink {
  const ids = new RandomIdGenerator();
  let nextTraceId = '';
  const provider = new TracerProvider({
    resource: RESOURCE,
    // It was decided before what is worth a span.
    sampler: new AlwaysOnSampler(),
    // The log line has named the trace already.
    idGenerator: { generateSpanId: () => ids.generateSpanId(), generateTraceId: () => nextTraceId },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: createOtlpExporter(options, {
          path: '/v1/traces',
          serializer: JsonTraceSerializer,
          helper: TraceExporterMetricsHelper,
        }),
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
    close: () => flushed(provider, options.onFailed),
  };
}
