/** The tests that must pass after any part of the corpus. */
import { expect, it } from 'vitest';
import { leaksOf } from './leaks.ts';
import type { World } from './world.ts';

export function theTrailIsWhole(world: () => World): void {
  it('no identifier, token or secret is in a log or a table', async () => {
    expect(await leaksOf(world())).toEqual([]);
  });

  it('the trail records as many rejected connections as were counted', async () => {
    const recorded = async (): Promise<number> => {
      const { rows } = await world().stack.sql.query<{ count: string }>(
        `SELECT sum((record -> 'facts' ->> 'count')::int) AS count FROM audit.event
         WHERE event = 'CONNECTION_REJECTED' AND writer = $1`,
        [world().writer],
      );
      return Number(rows[0]?.count ?? 0);
    };
    await expect.poll(recorded, { timeout: 5_000 }).toBe(await world().parseErrors());
  });

  it('every attempt has one INTENT, one OUTCOME, and at most one call to e-RS', async () => {
    const { rows } = await world().stack.sql.query(
      `SELECT attempt_id FROM audit.event WHERE kind IN ('INTENT', 'OUTCOME') GROUP BY attempt_id
       HAVING count(*) FILTER (WHERE kind = 'INTENT') <> 1 OR count(*) FILTER (WHERE kind = 'OUTCOME') <> 1`,
    );
    expect(rows).toEqual([]);
  });
}
