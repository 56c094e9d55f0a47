/** (h) A trail of many attempts, beside an empty one. */
import { closedLoop, warmUp } from '../load/closed-loop.ts';
import { median } from '../load/figures.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { watchCpu } from '../servers/cpu.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { pin, SERVER_CORE } from '../servers/programs.ts';
import { fillTrail, roomFor } from '../servers/trail-data.ts';

const ATTEMPTS = 10_000_000;
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
