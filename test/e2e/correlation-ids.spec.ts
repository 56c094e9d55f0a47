/**
 * Correlation ids that contain ten digits are accepted, echoed and searchable, but never stored in clear. The trace of a
 * request is exported without anything that names a patient, and its headers go no further.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, REFERRAL } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { UNHURRIED } from '../support/proofs.ts';
import { type OtlpCollector, seriesName, startOtlpCollector } from '../support/outbound/otlp-collector.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let caller: Onboarded;
let collector: OtlpCollector;

beforeAll(async () => {
  collector = await startOtlpCollector();
  stack = await startStack({
    worker: false,
    requestsPerMinute: UNHURRIED,
    settings: {
      GATEHOUSE_OTLP_ENDPOINT: collector.url,
      GATEHOUSE_OTLP_METRICS_ENDPOINT: collector.url,
      GATEHOUSE_OTLP_METRICS_SECONDS: '2',
      GATEHOUSE_OTLP_HEADERS: 'x-collector-key=opensesame',
      GATEHOUSE_TRACE_RATIO: '0',
    },
  });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [caller] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(async () => {
  await stack.stop();
  await collector.close();
});

const call = (correlationId: string) =>
  callGateway({ gateway: stack.gateway.partner, key: caller.clientKey, correlationId });

interface Found {
  readonly items: readonly { readonly correlationId: string; readonly attemptId: string }[];
}
const searched = (correlationId: string) =>
  stack.admin<Found>('GET', `/audit?${new URLSearchParams({ correlationId }).toString()}`);

it('an id with seconds since 1970 is accepted, whatever its check digit, and is returned to the caller', async () => {
  const ids = Array.from({ length: 30 }, (_, count) => `poll-${String(1_795_822_911 + count)}`);
  const answers = await Promise.all(ids.map(call));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
  expect(answers.map(({ headers }) => headers['x-correlation-id'])).toEqual(ids);
});

it('a search by the id finds the request, and neither the trail nor a log holds its digits', async () => {
  const answer = await call('order9000000009');
  const { items } = await searched('order9000000009');
  expect(items.map(({ attemptId }) => attemptId)).toEqual([answer.attemptId]);
  expect(items[0]?.correlationId).toMatch(/^order~[0-9a-f]{16}$/);
  expect((await searched(items[0]!.correlationId)).items).toHaveLength(1);
  const { rows } = await stack.sql.query('SELECT FROM audit.event WHERE record::text LIKE $1', [
    '%9000000009%',
  ]);
  expect(rows).toEqual([]);
  expect(stack.gateway.logs()).not.toContain('9000000009');
});

it('an id of ten digits alone is rejected, whatever its check digit', async () => {
  for (const id of ['9000000009', '1234567890', '123-456-7890'])
    expect((await call(id)).code).toBe('GW_PII_IN_URL');
});

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

const NHS_NUMBER = '9000000009';
/** As a caller, e-RS or an auditor might write it. */
const SPELLINGS = [NHS_NUMBER, '900-000-0009', '900%20000%200009'] as const;

/** Every record of the trail, with its columns, and every line of the log. */
async function everythingRecorded(): Promise<string> {
  const { rows } = await stack.sql.query('SELECT e::text AS event FROM audit.event e');
  return JSON.stringify(rows) + stack.gateway.logs();
}
function expectNoNumber(text: string): void {
  for (const spelling of SPELLINGS) expect(text).not.toContain(spelling);
}

it.each(SPELLINGS)('an X-Request-ID of e-RS that reads as %s is not recorded', async (spelling) => {
  const headers = { 'Content-Type': 'application/fhir+json', 'X-Request-ID': `ers ${spelling}` };
  await stack.simulator.control('POST', '/faults', {
    target: 'ers',
    fault: { status: 500, headers, body: '{"resourceType":"OperationOutcome"}' },
    times: 1,
  });
  const { attemptId } = await call(`request-id-${SPELLINGS.indexOf(spelling)}`);
  await stack.simulator.control('DELETE', '/faults');
  const story = await stack.admin<{ attempts: { upstreamStatus: number; upstreamRequestId: string }[] }>(
    'GET',
    `/audit/requests/${attemptId}`,
  );
  expect(story.attempts[0]).toMatchObject({ upstreamStatus: 500, upstreamRequestId: '[redacted]' });
  expectNoNumber(JSON.stringify(story) + (await everythingRecorded()));
});

it.each([
  'client',
  'correlationId',
  'upstreamRequestId',
  'environment',
  'code',
  'after',
  'from',
  'noSuchFilter',
])(
  'a filter %s of the audit trail that holds an NHS number is neither recorded nor repeated',
  async (filter) => {
    for (const spelling of SPELLINGS) {
      const query = new URLSearchParams({ [filter]: spelling }).toString();
      for (const [method, path, body] of [
        ['GET', `/audit?${query}`],
        ['POST', '/audit/download', { [filter]: spelling, reason: 'complaint 12' }],
      ] as const) {
        const answer = await stack
          .admin<unknown>(method, path, body)
          .catch((error: unknown) => String(error));
        const text = typeof answer === 'string' ? answer.slice(answer.indexOf('{')) : JSON.stringify(answer);
        expectNoNumber(text);
      }
    }
    expectNoNumber(await everythingRecorded());
  },
);

describe('a caller that traces its requests', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
  const SPAN = '00f067aa0ba902b7';
  const tracing = {
    traceparent: `00-${TRACE}-${SPAN}-01`,
    tracestate: 'vendor=carried-along',
    baggage: `patient=${NHS_NUMBER}`,
  };
  const traced = (path: string, headers: Record<string, string> = tracing, key = caller.clientKey) =>
    callGateway({ gateway: stack.gateway.partner, key, path, headers });
  const isLineOf = (correlationId: string) => (line: string) => line.includes(correlationId);
  async function logLineOf(correlationId: string): Promise<{ requestId: string; traceId: string }> {
    const line = () => stack.gateway.logs().split('\n').find(isLineOf(correlationId));
    await until('the line is logged', () => line() !== undefined);
    return JSON.parse(line() ?? '') as { requestId: string; traceId: string };
  }
  const received = () =>
    until('the spans arrive', () => collector.spans().some(({ name }) => name.startsWith('GET')));

  it('finds the request and the attempt at e-RS in its own trace', async () => {
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      fault: { resetBeforeResponse: true },
      times: 1,
    });
    const answer = await traced(REFERRAL);
    await stack.simulator.control('DELETE', '/faults');
    expect(answer.status).toBe(200);
    await received();
    const spans = collector.spans();
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    const request = spans.find(({ parentSpanId }) => parentSpanId === SPAN);
    expect(request).toMatchObject({
      name: 'GET /FHIR/STU3/ReferralRequest/{ubrn}',
      kind: 'server',
      attributes: { 'gatehouse.interaction': 'A005', 'http.response.status_code': 200 },
    });
    expect(await logLineOf(answer.correlationId)).toMatchObject({
      ...{ requestId: request?.attributes['gatehouse.request_id'], traceId: TRACE },
    });
    expect(await stack.admin('GET', `/audit/requests/${answer.attemptId}`)).toMatchObject({ traceId: TRACE });
    const stages = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(stages.map(({ name }) => name)).toEqual([
      ...[
        'receive',
        'authenticate',
        'match',
        'identify',
        'decide',
        'admit',
        'authorise',
        'forward',
        'release',
      ],
    ]);
    const forward = stages.find(({ name }) => name === 'forward');
    const attempts = spans.filter(({ kind }) => kind === 'client');
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([forward?.spanId, forward?.spanId]);
    expect(attempts.map(({ isError }) => isError)).toEqual([true, false]);
    expect(attempts[1]?.attributes).toMatchObject({
      ...{ 'gatehouse.attempt_id': answer.attemptId, 'http.request.resend_count': 1 },
      'server.address': '127.0.0.1',
    });
    expect(collector.headers()['x-collector-key']).toBe('opensesame');
  });

  it('is heard by nobody on the side of the NHS', async () => {
    const upstream = await stack.simulator.control<unknown[]>('GET', '/requests');
    expect(upstream.length).toBeGreaterThan(1);
    const text = JSON.stringify(upstream).toLowerCase();
    for (const hidden of ['traceparent', 'tracestate', 'baggage', 'carried-along', TRACE, SPAN, NHS_NUMBER])
      expect(text).not.toContain(hidden);
  });

  it('is asked for no more than its flag says, and a malformed traceparent begins a new trace', async () => {
    const before = collector.spans().length;
    const unsampled = await traced(REFERRAL, { traceparent: `00-${TRACE}-${SPAN}-00` });
    const malformed = await traced(REFERRAL, { traceparent: `00-${TRACE}-${SPAN}` });
    expect([unsampled.status, malformed.status]).toEqual([200, 200]);
    expect((await logLineOf(unsampled.correlationId)).traceId).toBe(TRACE);
    expect((await logLineOf(malformed.correlationId)).traceId).toMatch(/^(?!4bf92f35)[0-9a-f]{32}$/);
    // What it does have exported leaves later than both.
    const rejected = await traced('/FHIR/STU3/NoSuchThing');
    await until('the later spans arrive', () => collector.spans().length > before);
    expect(collector.spans().filter(({ kind }) => kind === 'server')).toHaveLength(2);
    const [record] = (await searched(rejected.correlationId)).items;
    expect(await stack.admin('GET', `/audit/requests/${record?.attemptId}`)).toMatchObject({
      ...{ traceId: TRACE, attempts: [] },
    });
  });

  it('exports no identifier, path, key, token or address', async () => {
    await traced(`/FHIR/STU3/ReferralRequest/${NHS_NUMBER}`);
    await traced(`${REFERRAL}?_id=${NHS_NUMBER}`);
    const refused = await traced(REFERRAL, { ...tracing, 'if-match': NHS_NUMBER });
    const { requestId } = await logLineOf(refused.correlationId);
    await until('the last spans arrive', () => collector.text().includes(requestId));
    const hidden = [NHS_NUMBER, '000000070000', 'carried-along', 'NoSuchThing', 'Bearer'];
    for (const text of [...hidden, caller.clientKey, caller.apiKey, caller.asid])
      expect(collector.text()).not.toContain(text);
    // The simulator keeps the hash of each Authorization header, which holds a token.
    const upstream = JSON.stringify(await stack.simulator.control('GET', '/requests?target=ers'));
    const hashes = collector
      .text()
      .split('"')
      .map((text) => sha256Hex(`Bearer ${text}`));
    expect(upstream).toContain('"authorization"');
    expect(hashes.filter((hash) => upstream.includes(hash))).toEqual([]);
  });
});

describe('a replica without partners', () => {
  let other: OtlpCollector;
  let replica: GatewayProcess;
  beforeAll(async () => {
    other = await startOtlpCollector();
    replica = await stack.startGateway({
      GATEHOUSE_ROLES: 'admin,worker',
      GATEHOUSE_OTLP_ENDPOINT: other.url,
      GATEHOUSE_OTLP_METRICS_ENDPOINT: other.url,
      GATEHOUSE_TRACE_RATIO: '1',
    });
  });
  afterAll(async () => {
    await replica.stop();
    await other.close();
  });
  const spansNamed = (start: string) => other.spans().filter(({ name }) => name.startsWith(start));

  it('has a span for each request of the admin API, which names nobody and nothing of what was asked for', async () => {
    const query = new URLSearchParams({ correlationId: 'order9000000009' }).toString();
    const ask = (path: string, token: string) =>
      fetch(`${replica.admin}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask(`/audit?${query}`, stack.adminToken)).status).toBe(200);
    expect((await ask('/organisations/R69', 'wrong')).status).toBe(401);
    await until('the spans arrive', () => spansNamed('GET').length >= 2);
    expect(spansNamed('GET').map(({ name, kind, attributes }) => [name, kind, attributes])).toEqual([
      [
        'GET /api/v1/audit',
        'server',
        {
          ...{ 'http.request.method': 'GET', 'http.route': '/api/v1/audit' },
          'http.response.status_code': 200,
        },
      ],
      [
        'GET /api/v1/organisations/:odsCode',
        'server',
        {
          ...{ 'http.request.method': 'GET', 'http.route': '/api/v1/organisations/:odsCode' },
          'http.response.status_code': 401,
        },
      ],
    ]);
    for (const hidden of [NHS_NUMBER, 'R69', stack.adminToken, caller.asid])
      expect(other.text()).not.toContain(hidden);
  });

  it('has a span for each run of a background job', async () => {
    await until('a run arrives', () => spansNamed('job ').length > 0, 60_000);
    expect(spansNamed('job ')[0]).toMatchObject({
      kind: 'internal',
      attributes: { 'gatehouse.job': spansNamed('job ')[0]?.name.slice('job '.length) },
      isError: false,
    });
  });
});

describe('metrics to the same collector', () => {
  /** Series → value, as /metrics has it. */
  async function scraped() {
    const page = await (await fetch(`${stack.gateway.status}/metrics`)).text();
    const types = new Map(
      [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    const series = new Map(
      [...page.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => {
        const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]);
        return [seriesName(name, Object.fromEntries(pairs) as Record<string, string>), Number(value)];
      }),
    );
    return { types, series };
  }
  /** A batch whose values were read after this was called. */
  async function nextBatch() {
    const seen = collector.metricBatches();
    // The first may have been under way.
    await until('two batches of metrics arrive', () => collector.metricBatches() >= seen + 2, 30_000);
    const batch = collector.metrics();
    if (batch === null) throw new Error('no batch');
    return batch;
  }

  it('has every metric of /metrics, with its type, labels, buckets and values', async () => {
    await call('counted');
    const before = await scraped();
    const batch = await nextBatch();
    const after = await scraped();
    expect(batch.types).toEqual(before.types);
    // Whatever only grows, and was the same before and after, was the same in between.
    const isGauge = (series: string) =>
      before.types.get(/^\w+/.exec(series)?.[0] ?? '') === 'gauge' || !series.startsWith('gatehouse_');
    const settled = [...before.series].filter(
      ([series, value]) => !isGauge(series) && after.series.get(series) === value,
    );
    for (const name of ['requests_total', 'request_seconds', 'stage_seconds', 'upstream_seconds'])
      expect(settled.some(([series]) => series.startsWith(`gatehouse_${name}`))).toBe(true);
    expect(settled.map(([series]) => [series, batch.series.get(series)])).toEqual(settled);
    for (const series of before.series.keys())
      if (after.series.has(series)) expect([series, batch.series.has(series)]).toEqual([series, true]);
  });

  it('comes from the resource that the spans come from, and names no organisation, client or patient', async () => {
    const series = collector.metrics()?.series ?? new Map<string, number>();
    expect(series.size).toBeGreaterThan(0);
    expect(collector.spans().length).toBeGreaterThan(0);
    expect(collector.resources()).toEqual([
      { 'service.name': 'gatehouse', 'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    expect(collector.headers()['x-collector-key']).toBe('opensesame');
    const names = [...series.keys()].join();
    for (const hidden of [NHS_NUMBER, '000000070000', 'R69', caller.clientKey, caller.apiKey, caller.asid])
      expect(names).not.toContain(hidden);
  });

  it('is sent once more when the process ends', async () => {
    await stack.gateway.stop();
    expect(collector.metrics()?.series.get('gatehouse_ready_condition{condition="serving"}')).toBe(0);
  });
});
