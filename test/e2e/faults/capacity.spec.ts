/** The machine has too little left: room on the volume of PostgreSQL (fault F13), or time on the event loop (fault F24). */
import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, tally, type GatewayAnswer } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { gather, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { until, untilReady } from '../../support/until.ts';

const MIB = 1_048_576;

let stack: Stack;
let application: Onboarded;
const answers: GatewayAnswer[] = [];

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  await stack.settled();
});
afterAll(() => stack.stop());

async function call(gateway: GatewayProcess, agent?: Agent): Promise<GatewayAnswer> {
  const answer = await callGateway({
    gateway: gateway.partner,
    key: application.clientKey,
    ...(agent && { agent }),
  });
  answers.push(answer);
  return answer;
}
const outcome = ({ status, code }: GatewayAnswer): string => `${String(status)} ${String(code)}`;

async function conditions(gateway: GatewayProcess): Promise<Record<string, unknown>> {
  const answer = await fetch(`${gateway.status}/ready`);
  return ((await answer.json()) as { conditions: Record<string, unknown> }).conditions;
}

it('F13: at 90 % of the volume requests are refused, the trail says why, and they are served once there is room', async () => {
  const usedMib = async (): Promise<number> => {
    const { rows } = await stack.sql.query<{ bytes: string }>(
      'SELECT pg_database_size(current_database()) AS bytes',
    );
    return Number(rows[0]?.bytes) / MIB;
  };
  const maxMib = Math.ceil((await usedMib()) / 0.9) + 20;
  const gateway = await stack.startGateway({ ...PARTNER_ONLY, GATEHOUSE_DATABASE_MAX_MIB: String(maxMib) });
  await untilReady(gateway);
  expect(outcome(await call(gateway))).toBe('200 null');
  expect((await conditions(gateway))['volume']).toBe(true);

  await stack.sql.query('CREATE TABLE ballast (bytes text)');
  while ((await usedMib()) < 0.9 * maxMib)
    await stack.sql.query(
      `INSERT INTO ballast SELECT repeat(md5(n::text), 30) FROM generate_series(1, 5000) AS n`,
    );
  const isFull = async () => (await conditions(gateway))['volume'] !== true;
  await until('the volume is seen to be nearly full', isFull, 30_000);
  const before = await gather(stack);
  const refused = await Promise.all(Array.from({ length: 10 }, () => call(gateway)));
  expect(tally(refused.map(outcome))).toEqual({ '503 GW_AUDIT_UNAVAILABLE': 10 });
  const after = await gather(stack);
  expect([after.hits.length, after.intents.size, after.denied.length]).toEqual([
    before.hits.length,
    before.intents.size,
    before.denied.length,
  ]);
  const reasons = after.system.filter(({ record }) => record['event'] === 'AUDIT_VOLUME_FULL');
  expect(reasons.map(({ record }) => record['facts'])).toMatchObject([{ maxBytes: maxMib * MIB }]);
  // The other replica has no such limit, so nothing but the setting refused them.
  expect(outcome(await call(stack.gateway))).toBe('200 null');

  await stack.sql.query('DROP TABLE ballast');
  await until('there is room', async () => !(await isFull()), 30_000);
  expect(outcome(await call(gateway))).toBe('200 null');
  await gateway.stop();
});

it('F24: while the event loop is late requests are refused, none is lost, and afterwards they are served', async () => {
  const gateway = await stack.startGateway({ ...PARTNER_ONLY, GATEHOUSE_MAX_LAG_MS: '500' });
  await untilReady(gateway);
  const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true }));
  const callAll = () => Promise.all(agents.map((agent) => call(gateway, agent)));
  await callAll();
  const seen: string[] = [];
  // What arrives while the loop is blocked is read right after it; a slow machine may need more than one try.
  for (let tries = 0; tries < 5 && !seen.includes('503 GW_OVERLOAD'); tries += 1) {
    await gateway.hook({ blockMs: 2_000 });
    const afterwards = await callAll();
    expect(afterwards.every(({ complete }) => complete)).toBe(true);
    for (const { status, headers } of afterwards)
      if (status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    seen.push(...afterwards.map(outcome));
  }
  expect(new Set(seen)).toContain('503 GW_OVERLOAD');
  expect([...new Set(seen)].filter((each) => each !== '503 GW_OVERLOAD' && each !== '200 null')).toEqual([]);
  await until('requests are served again', async () => (await call(gateway)).status === 200);
  for (const agent of agents) agent.destroy();
});

it('every proof holds over all of it', async () => {
  const { faults } = await prove(stack, { answers, callerOf: () => application });
  expect(faults).toEqual(PROVED);
});
