/**
 * A flood of rejections is recorded as counts, so that it can't fill the disk (law 1). No rejection is lost, and a
 * valid credential works meanwhile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, closedLoop } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { prove, PROVED } from '../support/proofs.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

const FLOOD = IS_FULL_SIZE ? 10_000 : 1_500;
/** 15 calls with a valid key, which its application's rate permits however fast the flood is. */
const VALID_EVERY = Math.ceil(FLOOD / 15);
const PER_ADDRESS = 100;
const PER_CLIENT = 10;

let stack: Stack;
/** The default limits of Gatehouse. */
let gateway: GatewayProcess;
let caller: Onboarded;
let startedMs: number;
const valid: (number | null)[] = [];

beforeAll(async () => {
  stack = await startStack({ worker: false });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [caller] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  gateway = await stack.startGateway({
    GATEHOUSE_RECORDED_REJECTIONS_PER_ADDRESS: String(PER_ADDRESS),
    GATEHOUSE_RECORDED_REJECTIONS_PER_CLIENT: String(PER_CLIENT),
  });
  await stack.settled();
  startedMs = performance.now();
  await closedLoop(FLOOD, 50, async (n) => {
    if (n % VALID_EVERY === 0)
      valid.push((await callGateway({ gateway: gateway.partner, key: caller.clientKey })).status);
    await callGateway({ gateway: gateway.partner, key: 'gh_int_nobody' });
  });
  await closedLoop(FLOOD / 5, 50, () =>
    callGateway({ gateway: gateway.partner, key: caller.clientKey, path: '/FHIR/STU3/Nothing' }),
  );
  await closedLoop(FLOOD / 5, 20, () =>
    fetch(`${gateway.admin}/api/v1/organisations`, { headers: { authorization: 'Bearer gha_nobody' } }),
  );
  // Counts that are not written yet are written when the process ends.
  await gateway.stop();
});
afterAll(() => stack.stop());

interface Counted {
  readonly rows: number;
  readonly summarised: number;
}
/** The number of single records, and the total of the summaries. */
async function recorded(rows: string, code: string): Promise<Counted> {
  const { rows: counts } = await stack.sql.query<Counted>(
    `SELECT count(*) FILTER (WHERE ${rows})::int AS rows,
            coalesce(sum((record #>> '{facts,count}')::int) FILTER (WHERE event = 'REJECTION_SUMMARY'
              AND record #>> '{facts,code}' = $1), 0)::int AS summarised FROM audit.event`,
    [code],
  );
  return counts[0] as Counted;
}
const windowsSince = (windowMs: number): number => Math.ceil((performance.now() - startedMs) / windowMs) + 1;

describe('a flood', () => {
  it('never stops a valid key from working', () => {
    expect(new Set(valid)).toEqual(new Set([200]));
  });

  it('of unknown callers is recorded one by one up to the limit, and counted above it', async () => {
    const { rows, summarised } = await recorded(`code = 'GW_TOKEN'`, 'GW_TOKEN');
    expect(rows + summarised).toBe(FLOOD);
    expect(rows).toBeGreaterThanOrEqual(PER_ADDRESS);
    expect(rows).toBeLessThanOrEqual(PER_ADDRESS * windowsSince(60_000));
  });

  it('of a known client is counted by client and code', async () => {
    const { rows, summarised } = await recorded(`code = 'GW_PATH_SYNTAX'`, 'GW_PATH_SYNTAX');
    expect(rows + summarised).toBe(FLOOD / 5);
    expect(rows).toBeGreaterThanOrEqual(PER_CLIENT);
    expect(rows).toBeLessThanOrEqual(PER_CLIENT * windowsSince(1_000));
    const { rows: summaries } = await stack.sql.query<{ name: string }>(
      `SELECT DISTINCT record #>> '{facts,clientName}' AS name FROM audit.event
        WHERE event = 'REJECTION_SUMMARY' AND client_id IS NOT NULL`,
    );
    expect(summaries).toEqual([{ name: caller.client }]);
  });

  it('of invalid admin tokens is recorded too', async () => {
    const { rows, summarised } = await recorded(`event = 'ADMIN_TOKEN_REJECTED'`, 'ADMIN_TOKEN_REJECTED');
    expect(rows + summarised).toBe(FLOOD / 5);
    expect(rows).toBeLessThanOrEqual(PER_ADDRESS * windowsSince(60_000));
  });

  it('leaves a trail that verifies', async () => {
    expect((await prove(stack)).faults).toEqual(PROVED);
  });
});
