/**
 * What is exported to an OpenTelemetry collector, traces or metrics, as OTLP in JSON over HTTP. Made of the parts of
 * the official exporters, which would also read OTEL_ variables of the environment (ADR 75).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CompressionAlgorithm, OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  createOtlpHttpExportDelegate,
  httpAgentFactoryFromOptions,
} from '@opentelemetry/otlp-exporter-base/node-http';
import type { IExporterMetricsHelper, ISerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';

/** What a batch may take, with its retries. */
export const EXPORT_MS = 2_000;
/** What a collector that doesn't answer may cost the end of the process. */
const FLUSH_MS = 2_000;
/** Batches that a slow collector may have at once; more are dropped. At the end, all spans that wait leave together. */
const MOST_BATCHES = 16;

/** This process, in traces and metrics alike. */
export const RESOURCE = resourceFromAttributes({
  'service.name': 'gatehouse',
  'service.instance.id': randomUUID(),
});

export interface OtlpOptions {
  /** The collector's base URL; `/v1/traces` or `/v1/metrics` follows. */
  readonly endpoint: string;
  /** Sent with each batch; may hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onFailed: (error: unknown) => void;
  readonly onWorked: () => void;
}

interface Signal<Batch, Answer> {
  readonly path: '/v1/traces' | '/v1/metrics';
  readonly serializer: ISerializer<Batch, Answer>;
  readonly helper: IExporterMetricsHelper<Batch>;
}

/** Follows no proxy: its agents are its own, and not Node's global ones. */
export function createOtlpExporter<Batch, Answer>(
  { endpoint, headers, onFailed, onWorked }: OtlpOptions,
  { path, serializer, helper }: Signal<Batch, Answer>,
) {
  const exporter = new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      {
        url: endpoint.replace(/\/$/, '') + path,
        headers: () => Promise.resolve({ 'Content-Type': 'application/json', ...headers }),
        timeoutMillis: EXPORT_MS,
        concurrencyLimit: MOST_BATCHES,
        compression: CompressionAlgorithm.NONE,
        agentFactory: httpAgentFactoryFromOptions({ keepAlive: true }),
      },
      serializer,
      'otlp_http_exporter',
      helper,
      undefined,
    ),
  );
  const watched: Pick<typeof exporter, 'export' | 'forceFlush' | 'shutdown'> = {
    export(batch, done) {
      exporter.export(batch, (result) => {
        if (result.error === undefined) onWorked();
        else onFailed(result.error);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
  return watched;
}

/** Sends what waits, for at most two seconds. */
export async function flushed(
  provider: { shutdown(): Promise<void> },
  onFailed: (error: unknown) => void,
): Promise<void> {
  await Promise.race([provider.shutdown().catch(onFailed), pause(FLUSH_MS, undefined, { ref: false })]);
}
