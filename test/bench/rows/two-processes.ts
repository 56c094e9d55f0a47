/** (c) Two gateway processes on one database, beside one. */
import { closedLoop, warmUp } from '../load/closed-loop.ts';
import { median } from '../load/figures.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';

const CONNECTIONS = 64;

export const twoProcesses: Row = {
  title: 'two gateway processes on one database',
  async run({ rounds, seconds, warmUp: requests, later, record }) {
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, 60);
    const gateways = [await gatehouse.startMeasured(), await gatehouse.startMeasured()];
    const targets = gateways.map((gateway) => readTarget(gateway, gatehouse.keys));
    for (const target of targets) {
      await mintTokens(target);
      await warmUp(target, CONNECTIONS, requests);
    }
    const rates = { one: [] as number[], two: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, used] of [
        ['one', targets.slice(0, 1)],
        ['two', targets],
      ] as const) {
        // The same number of connections altogether.
        const each = (CONNECTIONS * 2) / used.length;
        const results = await Promise.all(used.map((target) => closedLoop(target, each, seconds)));
        const failed = results.reduce((sum, result) => sum + result.failed, 0);
        if (failed > 0) throw new Error(`${failed} requests failed`);
        rates[name].push(
          Math.round(results.reduce((sum, result) => sum + result.requests / result.seconds, 0)),
        );
      }
    }
    for (const [processes, perSecond] of Object.entries(rates)) {
      console.log(
        `  ${processes.padEnd(4)} ${String(median(perSecond)).padStart(6)} requests/s over ${CONNECTIONS * 2} connections`,
      );
      record({ processes, perSecond: median(perSecond), rounds: perSecond });
    }
  },
};
