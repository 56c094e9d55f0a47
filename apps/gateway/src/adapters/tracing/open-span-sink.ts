/** Where spans go. Nothing of OpenTelemetry is loaded where tracing is not configured. */
import type { OtlpOptions, SpanSink } from './otlp-spans.js';

export async function openSpanSink(options: OtlpOptions): Promise<SpanSink> {
  // eslint-disable-next-line no-restricted-syntax -- off, which is the default, must cost neither time nor memory
  const { openOtlpSpans } = await import('./otlp-spans.js');
  return openOtlpSpans(options);
}
