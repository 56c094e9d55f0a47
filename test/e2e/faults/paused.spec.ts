/**
 * A process that is paused for longer than its lease, as a virtual machine may be: another replica has spoken for it in
 * the meantime, so that it must end. Nobody who is connected to it is left without an answer.
 */
import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, type GatewayAnswer, type GatewayRequest } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { type Hit, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { until } from '../../support/until.ts';

let stack: Stack;
let paused: GatewayProcess;
let application: Onboarded;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  stack = await startStack({ requestsPerMinute: UNHURRIED });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  await stack.settled();
  paused = await stack.startGateway(PARTNER_ONLY);
});
afterAll(async () => {
  paused.kill('SIGCONT');
  agent.destroy();
  await stack.stop();
});

const call = (more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> =>
  callGateway({ gateway: paused.partner, key: application.clientKey, ...more });
const arrived = async (): Promise<number> =>
  (await stack.simulator.control<Hit[]>('GET', '/requests?target=ers')).length;

it('answers everybody who called before or during the pause, and ends', { timeout: 180_000 }, async () => {
  expect((await call({ agent })).status).toBe(200);
  const { rows: writers } = await stack.sql.query<{ writer: string }>(
    `SELECT writer FROM audit.event WHERE kind = 'INTENT' ORDER BY started_at DESC LIMIT 1`,
  );
  await stack.simulator.control('POST', '/faults', { target: 'ers', times: 1, fault: { hang: true } });
  const before = await arrived();
  const inFlight = call();
  await until('a call is under way', async () => (await arrived()) > before);
  paused.kill('SIGSTOP');
  const onNewConnection = call();
  const onOldConnection = call({ agent });
  await until(
    'the other replica has spoken for it',
    async () => {
      const { rows } = await stack.sql.query(
        `SELECT FROM audit.event WHERE event = 'WRITER_SWEPT' AND record -> 'facts' ->> 'writer' = $1`,
        [writers[0]?.writer],
      );
      return rows.length > 0;
    },
    150_000,
  );
  paused.kill('SIGCONT');
  const answers = await Promise.all([inFlight, onNewConnection, onOldConnection]);
  expect(answers.map(({ complete, error }) => ({ complete, error }))).toEqual(
    answers.map(() => ({ complete: true, error: null })),
  );
  const [first, ...during] = answers;
  expect(first?.status).toBeGreaterThanOrEqual(500);
  expect(first?.code).toMatch(/^GW_(?:AUDIT_UNAVAILABLE|UPSTREAM_TIMEOUT|UPSTREAM_INCOMPLETE)$/);
  expect(during.map(({ status, code }) => [status, code])).toEqual([
    [503, 'GW_AUDIT_UNAVAILABLE'],
    [503, 'GW_AUDIT_UNAVAILABLE'],
  ]);
  expect(await paused.ended).toBe(1);
  const { faults } = await prove(stack, { answers, callerOf: () => application });
  expect(faults).toEqual(PROVED);
});
