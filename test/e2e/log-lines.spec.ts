/** Each line that a gateway logs fits the schema in infra/observability, whose every field is documented. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { callGateway, REFERRAL } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
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
  stack = await startStack();
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  proxy = await startTcpProxy(new URL(stack.database.appUrl).host);
  gateway = await stack.startGateway({ DATABASE_URL: proxy.through(stack.database.appUrl) });
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
