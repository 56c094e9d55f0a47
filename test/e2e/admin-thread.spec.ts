/** The thread of the admin listener fails (ADR 30): partners are served, the listener comes back, and monitoring sees it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, openLoop, tally } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { prove, PROVED, UNHURRIED } from '../support/proofs.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let application: Onboarded;

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  await stack.settled();
});
afterAll(() => stack.stop());

async function valueOf(gateway: GatewayProcess, series: string): Promise<number> {
  const page = await (await fetch(`${gateway.status}/metrics`)).text();
  return Number(new RegExp(`^${series} (.+)$`, 'm').exec(page)?.[1]);
}
const fatalLines = (gateway: GatewayProcess): number =>
  gateway.logs().split('the admin listener failed and is started again').length - 1;
const isUp = async (gateway: GatewayProcess): Promise<boolean> =>
  fetch(`${gateway.admin}/api/v1/organisations`).then(
    ({ status }) => status === 401,
    () => false,
  );

it('beside partners: they are served throughout, the metrics say so, and it starts again on its port', async () => {
  const { gateway } = stack;
  expect(await valueOf(gateway, 'gatehouse_admin_listening')).toBe(1);
  const load = openLoop(20, () => callGateway({ gateway: gateway.partner, key: application.clientKey }));
  await until('partners are served', () => load.answers.length >= 10);
  await gateway.hook({ failAdmin: true });
  await until('the failure is logged', () => fatalLines(gateway) === 1);
  expect(await valueOf(gateway, 'gatehouse_admin_restarts_total')).toBe(1);
  await until('it listens again', async () => (await valueOf(gateway, 'gatehouse_admin_listening')) === 1);
  expect(await stack.admin('GET', '/organisations')).toMatchObject({ items: [{ odsCode: 'R69' }] });
  const answers = await load.stop();
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: answers.length });
  const { faults } = await prove(stack, { answers, callerOf: () => application });
  expect(faults).toEqual(PROVED);
});

it('alone in its process: /ready says that it is down until it is back', async () => {
  const alone = await stack.startGateway({ GATEHOUSE_ROLES: 'admin' });
  const readyNow = async () => {
    const answer = await fetch(`${alone.status}/ready`);
    const { conditions } = (await answer.json()) as { conditions: Record<string, unknown> };
    return { status: answer.status, admin: conditions['admin'] };
  };
  expect(await readyNow()).toEqual({ status: 200, admin: true });
  await alone.hook({ failAdmin: true });
  await until('it is not ready', async () => (await readyNow()).status === 503);
  expect((await readyNow()).admin).toBe('the admin listener is being started again');
  await until('it is ready again', async () => (await readyNow()).status === 200);
  expect(await isUp(alone)).toBe(true);
  await alone.stop();
  expect(await alone.ended).toBe(0);
});

it('keeps idle connections for as long as a proxy in front needs', async () => {
  const { admin, public: publicly } = await stack.startGateway({ GATEHOUSE_KEEP_ALIVE_MS: '340000' });
  for (const listener of [admin, publicly]) {
    const answer = await fetch(`${listener}/nowhere`);
    expect(answer.headers.get('keep-alive')).toBe('timeout=340');
  }
});
