/** To OpenTelemetry collectors. Nothing of OpenTelemetry is loaded where none is configured. */
import type { OtlpOptions } from './otlp-exporter.js';
import type { MetricPush, MetricPushOptions } from './otlp-metrics.js';
import type { SpanSink } from './otlp-spans.js';

export type { MetricPush };

/** Where spans go, and of how many requests. */
export interface SpanExport {
  readonly sink: SpanSink;
  /** From 0 (none) to 1 (all). */
  readonly ratio: number;
  readonly onFault: (error: unknown) => void;
}

export async function openSpanSink(options: OtlpOptions): Promise<SpanSink> {
  // eslint-disable-next-line no-restricted-syntax -- off, which is the default, must cost neither time nor memory
  const { openOtlpSpans } = await import('./otlp-spans.js');
  return openOtlpSpans(options);
}

export async function openMetricPush(options: MetricPushOptions): Promise<MetricPush> {
  // eslint-disable-next-line no-restricted-syntax -- as above
  const { openOtlpMetrics } = await import('./otlp-metrics.js');
  return openOtlpMetrics(options);
}
