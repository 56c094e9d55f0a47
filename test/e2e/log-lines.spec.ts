/** Each line that a gateway logs fits the schema in infra/observability, whose every field is documented. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { callGateway, REFERRAL } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { freePort } from '../../tools/start/free-port.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { startTcpProxy, type TcpProxy } from '../support/servers/tcp-proxy.ts';
import { until } from '../support/until.ts';

const SCHEMA = new URL('../../infra/observability/log-line.schema.json', import.meta.url);
const NHS_NUMBER = '9000000009';

let line: z.ZodType;
let stack: Stack;
let application: Onboarded;
let proxy: TcpProxy;
/** Reaches PostgreSQL by way of the proxy. */
let gateway: GatewayProcess;

beforeAll(async () => {
  line = z.fromJSONSchema(
    JSON.parse(await readFile(SCHEMA, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0],
  );
  stack = await startStack({ worker: false });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  proxy = await startTcpProxy(new URL(stack.database.appUrl).host);
  gateway = await stack.startGateway({
    DATABASE_URL: proxy.through(stack.database.appUrl),
    // Nobody listens there.
    GATEHOUSE_OTLP_ENDPOINT: `http://127.0.0.1:${String(await freePort())}`,
    GATEHOUSE_TRACE_RATIO: '1',
  });
});
afterAll(async () => {
  proxy.pass();
  await stack.stop();
  await proxy.close();
});

const call = (path = REFERRAL, key = application.clientKey) =>
  callGateway({ gateway: gateway.partner, key, path });
const arm = (fault: object): Promise<unknown> =>
  stack.simulator.control('POST', '/faults', { target: 'ers', times: 3, fault });
/** What Node itself may write to standard error is no line of ours. */
const logs = (): string[] =>
  gateway
    .logs()
    .split('\n')
    .filter((text) => text.startsWith('{'));
const isLogged = (dependency: string, msg: string): boolean =>
  logs().some((text) => {
    const entry = JSON.parse(text) as { dependency?: string; msg: string };
    return entry.dependency === dependency && entry.msg === msg;
  });

it('a line with a field that is not documented is refused', () => {
  const sample = { level: 'info', time: '2026-03-02T09:00:00.000Z', msg: 'gateway closed' };
  expect(line.safeParse(sample).success).toBe(true);
  expect(line.safeParse({ ...sample, url: '/FHIR' }).success).toBe(false);
  expect(line.safeParse({ ...sample, msg: 'something new' }).success).toBe(false);
  expect(line.safeParse({ ...sample, err: { name: 'Error', message: 'secret' } }).success).toBe(false);
});

it('a collector of traces that is away costs one line, and no request anything', async () => {
  const codes = new Set<string | null>();
  await until(
    'the outage of the collector is logged',
    async () => {
      codes.add((await call()).code);
      await pause(300);
      return isLogged('OTLP collector', 'an outage has begun');
    },
    60_000,
  );
  // On a slow machine the event loop may be late.
  codes.delete('GW_OVERLOAD');
  expect([...codes]).toEqual([null]);
  const lines = logs().filter((text) => text.includes('OTLP collector'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('ECONNREFUSED');
});

it('requests, outages and the end of the process are logged as the schema says', async () => {
  expect((await call()).status).toBe(200);
  expect((await call(REFERRAL, 'gh_wrong')).code).toBe('GW_TOKEN');
  expect((await call(`/FHIR/STU3/${NHS_NUMBER}`)).status).toBe(400);
  await arm({ status: 500 });
  expect((await call()).status).toBe(500);
  await arm({ resetBeforeResponse: true });
  expect((await call()).status).toBeGreaterThanOrEqual(500);
  await arm({ scenario: 'gzip-bomb' });
  await call();
  proxy.refuse();
  // On a slow machine, the faults of e-RS may be an outage of their own, which no later call ends.
  await until('an outage is logged', () => isLogged('registry', 'an outage has begun'), 60_000);
  expect((await call()).code).toBe('GW_AUDIT_UNAVAILABLE');
  proxy.pass();
  await until('its end is logged', () => isLogged('registry', 'an outage has ended'), 60_000);
  await gateway.hook({ failAdmin: true });
  await until('the failure of the admin listener is logged', () =>
    gateway.logs().includes('the admin listener failed'),
  );
  const isBack = () =>
    fetch(gateway.admin).then(
      () => true,
      () => false,
    );
  await until('the admin listener is back', isBack, 60_000);
  await gateway.stop();
  await until('the end is logged', () => gateway.logs().includes('"gateway closed"'));

  const strays = logs().filter((text) => !line.safeParse(JSON.parse(text)).success);
  expect(strays).toEqual([]);
  const texts = new Set(logs().map((text) => (JSON.parse(text) as { msg: string }).msg));
  for (const text of [
    'gateway ready',
    'request',
    'the audit database is lost; no request is sent until it is back',
  ])
    expect(texts).toContain(text);
  expect(gateway.logs()).not.toContain(NHS_NUMBER);
});
