import { once } from 'node:events';
import { createServer, type RequestListener, type Server, setGlobalProxyFromEnv } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type AddressInfo } from 'node:net';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { openOtlpMetrics } from './otlp-metrics.js';

/** Longer than any test: what is exported is exported at the end. */
const LONG_MS = 300_000;

let server: Server | TcpServer | null = null;
afterEach(() => {
  if (server !== null && 'closeAllConnections' in server) server.closeAllConnections();
  server?.close();
  server = null;
});

/** @param collector null: nobody listens there any more */
async function open(collector: RequestListener | TcpServer | null, registry: Registry) {
  const listening =
    collector !== null && typeof collector !== 'function' ? collector : createServer(collector ?? undefined);
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  server = listening;
  const { port } = listening.address() as AddressInfo;
  if (collector === null) {
    listening.close();
    await once(listening, 'close');
  }
  const [onFailed, onWorked, headers] = [vi.fn(), vi.fn(), { 'x-key': 'opensesame' }];
  const options = {
    endpoint: `http://127.0.0.1:${String(port)}/`,
    headers,
    everyMs: LONG_MS,
    onFailed,
    onWorked,
  };
  const push = openOtlpMetrics({ ...options, read: () => registry.getMetricsAsJSON() });
  return { push, onFailed, onWorked };
}

/** What a collector gets of the registry at the end. */
async function exported(registry: Registry) {
  let body = '';
  const collector: RequestListener = (request, response) => {
    expect([request.method, request.url, request.headers['x-key']]).toEqual([
      'POST',
      '/v1/metrics',
      'opensesame',
    ]);
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end('{}'));
  };
  const { push, onWorked } = await open(collector, registry);
  await push.close();
  expect(onWorked).toHaveBeenCalledOnce();
  const { resourceMetrics } = JSON.parse(body) as {
    resourceMetrics: [{ resource: unknown; scopeMetrics: [{ metrics: Record<string, unknown>[] }] }];
  };
  return resourceMetrics[0].scopeMetrics[0].metrics;
}

const TIMES = {
  startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
  timeUnixNano: expect.stringMatching(/^\d{19}$/),
};
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

it('a counter is a monotonic sum, under its name and with its labels as text', async () => {
  const registry = new Registry();
  const options = { name: 'gatehouse_requests_total', help: 'Requests', labelNames: ['status', 'code'] };
  const counter = new Counter({ ...options, registers: [registry] });
  counter.inc({ status: 200, code: '' }, 3);
  expect(await exported(registry)).toEqual([
    {
      ...{ name: 'gatehouse_requests_total', description: 'Requests', unit: '' },
      sum: {
        ...{ aggregationTemporality: 2, isMonotonic: true },
        dataPoints: [
          { ...TIMES, asDouble: 3, attributes: [attribute('status', '200'), attribute('code', '')] },
        ],
      },
    },
  ]);
});

it('a histogram has the same bounds, and in each bucket what no lower one has', async () => {
  const registry = new Registry();
  const options = {
    name: 'gatehouse_stage_seconds',
    help: 'Stages',
    labelNames: ['stage'],
    buckets: [0.5, 1, 10],
  };
  const histogram = new Histogram({ ...options, registers: [registry] });
  for (const seconds of [0.25, 0.5, 2, 60]) histogram.observe({ stage: 'forward' }, seconds);
  histogram.observe({ stage: 'match' }, 0.75);
  const [metric] = await exported(registry);
  const point = (stage: string, sum: number, bucketCounts: number[]) => ({
    ...{ ...TIMES, attributes: [attribute('stage', stage)], explicitBounds: [0.5, 1, 10], bucketCounts, sum },
    count: bucketCounts.reduce((total, count) => total + count),
  });
  expect(metric).toMatchObject({
    unit: 's',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [point('forward', 62.75, [2, 0, 1, 1]), point('match', 0.75, [0, 1, 0, 0])],
    },
  });
});

it.each([
  ['gatehouse_snapshot_age_seconds', 's'],
  ['gatehouse_process_cpu_seconds_total', 's'],
  ['gatehouse_database_bytes', 'By'],
  ['gatehouse_rate_left_ratio', '1'],
  ['gatehouse_audit_queue', ''],
])(
  'the unit of the gauge %s is %j, and a value that JSON has no number for is left out',
  async (name, unit) => {
    const registry = new Registry();
    const gauge = new Gauge({ name, help: 'A gauge', labelNames: ['pool'], registers: [registry] });
    gauge.set({ pool: 'requests' }, 0.5);
    gauge.set({ pool: 'unknown' }, Number.NaN);
    expect(await exported(registry)).toEqual([
      {
        ...{ name, description: 'A gauge', unit },
        gauge: { dataPoints: [{ ...TIMES, asDouble: 0.5, attributes: [attribute('pool', 'requests')] }] },
      },
    ]);
  },
);

it('a metric without a form in OpenTelemetry is reported and exports nothing wrong', async () => {
  const registry = new Registry();
  new Summary({ name: 'gatehouse_summary', help: 'A summary', registers: [registry] }).observe(1);
  const { push, onFailed, onWorked } = await open((_, response) => response.end('{}'), registry);
  await push.close();
  expect(onFailed).toHaveBeenCalledOnce();
  expect(onWorked).not.toHaveBeenCalled();
});

const GARBAGE = createTcpServer((socket) =>
  socket.on('error', () => undefined).end('\u0000\u0001 no HTTP at all\r\n\r\n'),
);

it.each<[string, RequestListener | TcpServer | null]>([
  ['is away', null],
  ['refuses', (_, response) => response.writeHead(401).end('no such key: opensesame')],
  ['is overloaded', (_, response) => response.writeHead(503, { 'retry-after': '3600' }).end()],
  ['never answers', () => undefined],
  ['answers no HTTP', GARBAGE],
  ['answers without an end', (_, response) => response.write('{') && undefined],
])(
  'a collector that %s is reported, and holds up neither a reader nor the end of the process',
  async (_, collector) => {
    const registry = new Registry();
    new Counter({ name: 'gatehouse_requests_total', help: 'Requests', registers: [registry] }).inc();
    const { push, onFailed, onWorked } = await open(collector, registry);
    const startedMs = performance.now();
    await push.close();
    expect(performance.now() - startedMs).toBeLessThan(6_000);
    await vi.waitFor(() => expect(onFailed).toHaveBeenCalled(), 6_000);
    expect(onWorked).not.toHaveBeenCalled();
  },
);

it('the collector is reached directly, whatever proxy the process has', async () => {
  const registry = new Registry();
  new Counter({ name: 'gatehouse_requests_total', help: 'Requests', registers: [registry] }).inc();
  // Port 9 discards what it is sent, and nothing listens there.
  const restore = setGlobalProxyFromEnv({
    ...{ HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' },
  });
  const { push, onFailed, onWorked } = await open((_, response) => response.end('{}'), registry);
  await push.close();
  restore();
  expect([onFailed.mock.calls, onWorked.mock.calls.length]).toEqual([[], 1]);
});

it('an answer of garbage to a batch that was taken changes nothing', async () => {
  const registry = new Registry();
  new Counter({ name: 'gatehouse_requests_total', help: 'Requests', registers: [registry] }).inc();
  const { push, onFailed, onWorked } = await open((_, response) => response.end('<html>'), registry);
  await push.close();
  expect([onFailed.mock.calls, onWorked.mock.calls.length]).toEqual([[], 1]);
});
