/** (h) A trail of many attempts, beside an empty one. */
import { statfs } from 'node:fs/promises';
import type pg from 'pg';
import { closedLoop, warmUp } from '../load/closed-loop.ts';
import { median } from '../load/figures.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { watchCpu } from '../servers/cpu.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { pin, SERVER_CORE } from '../servers/programs.ts';
import { fillTrail } from '../servers/trail-data.ts';

const ATTEMPTS = 10_000_000;
const BYTES_EACH = 4_096;
const CONNECTIONS = 32;

export const longTrail: Row = {
  title: 'a trail of ten million attempts',
  async run({ isQuick, rounds, seconds, warmUp: requests, later, record }) {
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, 60);
    const { sql } = gatehouse.stack;
    const gateway = await gatehouse.startMeasured();
    const target = readTarget(gateway, gatehouse.keys);
    await mintTokens(target);
    pin(gateway.child.pid, SERVER_CORE);
    await warmUp(target, CONNECTIONS, requests);

    const attempts = isQuick ? 20_000 : await roomFor(sql, ATTEMPTS);
    for (const trail of [0, attempts]) {
      await fillTrail(sql, trail);
      const rates: number[] = [];
      const usedUs = watchCpu(() => [gateway.child.pid ?? 0]);
      let answered = 0;
      for (let round = 0; round < rounds; round += 1) {
        const result = await closedLoop(target, CONNECTIONS, seconds);
        if (result.failed > 0) throw new Error(`${result.failed} requests failed`);
        rates.push(Math.round(result.requests / result.seconds));
        answered += result.requests;
      }
      const cpuUs = Math.round(usedUs() / answered);
      console.log(
        `  ${String(trail).padStart(9)} attempts in the trail: ${median(rates)} requests/s, ${cpuUs} µs`,
      );
      record({ trail, perSecond: median(rates), rounds: rates, cpuUs });
    }
  },
};

/** As many attempts as half of the free disk has room for. */
async function roomFor(sql: pg.Pool, wanted: number): Promise<number> {
  const { rows } = await sql.query<{ data_directory: string }>('SHOW data_directory');
  const { bavail, bsize } = await statfs(rows[0]?.data_directory ?? '/');
  const room = Math.floor((bavail * bsize) / 2 / BYTES_EACH);
  if (room < wanted) console.log(`  The disk has room for ${room} attempts, and not for ${wanted}.`);
  return Math.min(room, wanted);
}
