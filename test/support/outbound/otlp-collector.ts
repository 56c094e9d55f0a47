/** A collector of OpenTelemetry: takes traces and metrics as OTLP in JSON over HTTP, and keeps every byte. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client'] as const;
const ERROR = 2;

const value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
]);
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, value])));
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  traceState: z.undefined().optional(),
  name: z.string(),
  kind: z.number().transform((kind) => SPAN_KINDS[kind]),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes,
  status: z.object({ code: z.number() }).transform(({ code }) => code),
});
const resource = z.object({ attributes });
const batch = z.object({
  resourceSpans: z.array(z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});
const CUMULATIVE = z.literal(2);
const dataPoint = z.object({ attributes });
const numbers = z.array(dataPoint.extend({ asDouble: z.number() }));
const histograms = z.array(
  dataPoint.extend({
    ...{ count: z.number(), sum: z.number() },
    ...{ bucketCounts: z.array(z.number()), explicitBounds: z.array(z.number()) },
  }),
);
const metric = z.object({
  name: z.string(),
  unit: z.string(),
  sum: z
    .object({ aggregationTemporality: CUMULATIVE, isMonotonic: z.literal(true), dataPoints: numbers })
    .optional(),
  gauge: z.object({ dataPoints: numbers }).optional(),
  histogram: z.object({ aggregationTemporality: CUMULATIVE, dataPoints: histograms }).optional(),
});
const metricBatch = z.object({
  resourceMetrics: z.array(
    z.object({ resource, scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) }),
  ),
});

export interface CollectedSpan extends Omit<z.infer<typeof span>, 'status'> {
  readonly isError: boolean;
}

export interface OtlpCollector {
  readonly url: string;
  /** By their start. */
  readonly spans: () => readonly CollectedSpan[];
  /** What the newest batch of metrics says, as Prometheus would write it; null before the first. */
  readonly metrics: () => CollectedMetrics | null;
  /** Batches of metrics so far. */
  readonly metricBatches: () => number;
  /** The resources that sent anything, each once. */
  readonly resources: () => readonly Readonly<Record<string, string | number>>[];
  /** Everything that was received. */
  readonly text: () => string;
  /** Of the newest batch. */
  readonly headers: () => IncomingHttpHeaders;
  close(): Promise<void>;
}

export interface CollectedMetrics {
  /** Name → counter, gauge or histogram. */
  readonly types: ReadonlyMap<string, string>;
  /** Series → value; the labels in order. */
  readonly series: ReadonlyMap<string, number>;
}

/** `name{a="1",b="2"}` */
export function seriesName(name: string, labels: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${String(value)}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.toSorted().join(',')}}`;
}

function asPrometheus(metrics: readonly z.infer<typeof metric>[]): CollectedMetrics {
  const types = new Map<string, string>();
  const series = new Map<string, number>();
  for (const { name, sum, gauge, histogram } of metrics) {
    types.set(name, sum ? 'counter' : gauge ? 'gauge' : 'histogram');
    for (const { attributes, asDouble } of (sum ?? gauge)?.dataPoints ?? [])
      series.set(seriesName(name, attributes), asDouble);
    for (const { attributes, count, sum, bucketCounts, explicitBounds } of histogram?.dataPoints ?? []) {
      let below = 0;
      for (const [index, bucket] of bucketCounts.entries()) {
        below += bucket;
        const le = explicitBounds[index] ?? '+Inf';
        series.set(seriesName(`${name}_bucket`, { ...attributes, le }), below);
      }
      series.set(seriesName(`${name}_sum`, attributes), sum);
      series.set(seriesName(`${name}_count`, attributes), count);
    }
  }
  return { types, series };
}

/** @param options.isForgetful for a benchmark: takes everything and keeps nothing */
export async function startOtlpCollector({ isForgetful = false } = {}): Promise<OtlpCollector> {
  const bodies = { '/v1/traces': [] as string[], '/v1/metrics': [] as string[] };
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method, url } = request;
      const isKnown = method === 'POST' && (url === '/v1/traces' || url === '/v1/metrics');
      if (isKnown && !isForgetful) bodies[url].push(body);
      headers = request.headers;
      response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const traces = () => bodies['/v1/traces'].flatMap((body) => batch.parse(JSON.parse(body)).resourceSpans);
  const metricsOf = (body: string) => metricBatch.parse(JSON.parse(body)).resourceMetrics;
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    spans: () =>
      traces()
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map(({ status, ...rest }) => ({ ...rest, isError: status === ERROR }))
        .sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano)),
    metrics() {
      const newest = bodies['/v1/metrics'].at(-1);
      if (newest === undefined) return null;
      return asPrometheus(
        metricsOf(newest).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
      );
    },
    metricBatches: () => bodies['/v1/metrics'].length,
    resources() {
      const sent = [...traces(), ...bodies['/v1/metrics'].flatMap(metricsOf)];
      const texts = new Set(sent.map(({ resource }) => JSON.stringify(resource.attributes)));
      return [...texts].map((text) => JSON.parse(text) as Record<string, string | number>);
    },
    text: () => Object.values(bodies).flat().join('\n'),
    headers: () => headers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
