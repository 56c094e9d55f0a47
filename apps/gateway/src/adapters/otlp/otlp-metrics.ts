/** The metrics of /metrics to an OpenTelemetry collector, every so often and once at the end of the process. */
import { JsonMetricsSerializer, MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import {
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { hrTime } from './hr-time.js';
import { metricData, type RegistryMetric } from './metric-data.js';
import { createOtlpExporter, EXPORT_MS, flushed, type OtlpOptions, RESOURCE } from './otlp-exporter.js';

export interface MetricPushOptions extends OtlpOptions {
  readonly everyMs: number;
  /** Everything that /metrics serves, as it is now. */
  readonly read: () => Promise<readonly RegistryMetric[]>;
}

export interface MetricPush {
  /** Sends the last values, for at most two seconds. */
  close(): Promise<void>;
}

export function openOtlpMetrics(options: MetricPushOptions): MetricPush {
  const { everyMs, onFailed } = options;
  const provider = new MeterProvider({
    resource: RESOURCE,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: createOtlpExporter(options, {
          path: '/v1/metrics',
          serializer: JsonMetricsSerializer,
          helper: MetricsExporterMetricsHelper,
        }),
        exportIntervalMillis: everyMs,
        exportTimeoutMillis: Math.min(EXPORT_MS, everyMs),
        metricProducers: [producerOf(options)],
      }),
    ],
  });
  return { close: () => flushed(provider, onFailed) };
}

/** Reads at each export what prom-client has counted. */
function producerOf({ read, onFailed }: MetricPushOptions): MetricProducer {
  const startTime = hrTime(performance.timeOrigin);
  return {
    async collect() {
      try {
        const metrics = metricData(await read(), startTime, hrTime(Date.now()));
        const scopeMetrics = [{ scope: { name: 'gatehouse' }, metrics }];
        return { resourceMetrics: { resource: RESOURCE, scopeMetrics }, errors: [] };
      } catch (error) {
        onFailed(error);
        return { resourceMetrics: { resource: RESOURCE, scopeMetrics: [] }, errors: [error] };
      }
    },
  };
}
