/** What monitoring sees: the documented metrics, readiness, and an outage in few lines of the log. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onboard } from '../support/onboard.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { createCheckpointKey, type Stack, startStack } from '../support/servers/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/servers/tcp-proxy.ts';
import { until } from '../support/until.ts';

const PAGE = fileURLToPath(new URL('../../docs/metrics.md', import.meta.url));
const OF_NODE = /^gatehouse_(process|nodejs)_/;

let stack: Stack;
let proxy: TcpProxy;
/** Reaches PostgreSQL by way of the proxy. */
let gateway: GatewayProcess;
let folder: string;

beforeAll(async () => {
  stack = await startStack();
  await onboard(stack, [{ odsCode: 'R69' }]);
  proxy = await startTcpProxy(new URL(stack.database.appUrl).host);
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-status-'));
  gateway = await stack.startGateway({
    DATABASE_URL: proxy.through(stack.database.appUrl),
    GATEHOUSE_CHECKPOINT_KMS_KEY: await createCheckpointKey(stack.simulator.kmsUrl),
    GATEHOUSE_CHECKPOINTS: pathToFileURL(join(folder, 'checkpoints')).href,
    GATEHOUSE_AUDIT_STREAM: pathToFileURL(join(folder, 'stream')).href,
  });
});
afterAll(async () => {
  proxy.pass();
  await stack.stop();
  await proxy.close();
  await rm(folder, { recursive: true });
});

const metricsPage = async (): Promise<string> => (await fetch(`${gateway.status}/metrics`)).text();
async function valueOf(series: string): Promise<number> {
  const line = (await metricsPage()).split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}
interface OutageLine {
  readonly msg: string;
  readonly dependency: string;
  readonly thread?: 'admin';
}
/** Of the registry. An outage that lasts, as on a slow machine, becomes one of the queue and of the rate limit as well. */
const outageLines = (thread?: 'admin'): OutageLine[] =>
  gateway
    .logs()
    .split('\n')
    .filter((line) => line.includes('"an outage '))
    .map((line) => JSON.parse(line) as OutageLine)
    .filter((line) => line.thread === thread && line.dependency === 'registry');

it('docs/metrics.md lists every metric, and no other', async () => {
  const named = [...(await readFile(PAGE, 'utf8')).matchAll(/^\| `(gatehouse_\w+)/gm)].map(
    ([, name]) => name,
  );
  const served = [...(await metricsPage()).matchAll(/^# TYPE (gatehouse_\w+)/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(served.filter((name) => !OF_NODE.test(name ?? '')).toSorted());
});

it('every process reports itself in a row', async () => {
  await until('both gateways have reported', async () => {
    const { rows } = await stack.sql.query('SELECT version, faults FROM replica WHERE faults = $1', [[]]);
    return rows.length >= 2;
  });
  const { rows } = await stack.sql.query('SELECT roles, version FROM replica');
  for (const row of rows) {
    expect(row.roles).toContain('partner');
    expect(row.version).toMatch(/^[0-9]+\.[0-9]+\.[0-9]+$/);
  }
});

it('docs/metrics.md lists the labels of every metric that has a value', async () => {
  await fetch(`${gateway.partner}/FHIR/STU3/CodeSystem/SPECIALTY`);
  await until('the request is counted', async () =>
    (await metricsPage()).includes('gatehouse_requests_total{'),
  );
  const documented = new Map(
    [...(await readFile(PAGE, 'utf8')).matchAll(/^\| `(gatehouse_\w+)(?:\{([\w,]+)\})?`/gm)].map(
      ([, name, labels = '']) => [name, labels.split(',').toSorted().join()],
    ),
  );
  const samples = [
    ...(await metricsPage()).matchAll(/^(gatehouse_\w+?)(?:_bucket|_sum|_count)?(?:\{(.+)\})? \S+$/gm),
  ];
  const served = samples
    .map(
      ([, name, labels = '']) => [name, [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)] as const,
    )
    .filter(([name]) => documented.has(name));
  expect(served.length).toBeGreaterThan(documented.size);
  for (const [name, labels] of served)
    expect([
      name,
      labels
        .filter((label) => label !== 'le')
        .toSorted()
        .join(),
    ]).toEqual([name, documented.get(name)]);
});

it('the days left of keys, tokens and reviews are served', { timeout: 240_000 }, async () => {
  const kind = (name: string, environment: string) =>
    valueOf(`gatehouse_days_left{kind="${name}",environment="${environment}"}`);
  // A busy machine may not answer the first time; they are read again after a minute.
  await until('the tokens are read', async () => (await kind('admin-token', '')) > 0, 90_000);
  expect(await kind('admin-token', '')).toBeCloseTo(400, 0);
  expect(await kind('sro-review', 'local')).toBeGreaterThan(298);
  expect(await kind('client-key', 'local')).toBeGreaterThan(0);
  expect(await valueOf('gatehouse_database_connections{pool="requests",state="waiting"}')).toBe(0);
});

it('an outage of the database is logged when it begins and ends, and readiness follows', async () => {
  expect(await valueOf('gatehouse_ready')).toBe(1);
  proxy.refuse();
  await until('the gateway is not ready', async () => (await valueOf('gatehouse_ready')) === 0, 30_000);
  expect(await valueOf('gatehouse_ready_condition{condition="audit"}')).toBe(0);
  // The admin listener's thread has connections of its own.
  const logged = (lines: number) => () =>
    outageLines().length >= lines && outageLines('admin').length >= lines;
  await until('both threads log that the outage has begun', logged(1), 30_000);
  proxy.pass();
  await until('both threads log that the outage has ended', logged(2), 30_000);
  await until('the gateway is ready', async () => (await valueOf('gatehouse_ready')) === 1, 30_000);
  for (const lines of [outageLines(), outageLines('admin')])
    expect(lines.map(({ msg }) => msg)).toEqual(['an outage has begun', 'an outage has ended']);
});
