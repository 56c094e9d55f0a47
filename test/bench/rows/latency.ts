/** (a) The time that Gatehouse adds at a steady rate, while e-RS answers in 20 ms. */
import { inScope } from '../benchmark.ts';
import { percentile } from '../load/figures.ts';
import { openLoop, type Sample } from '../load/open-loop.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { LOAD_CORE, pin, SERVER_CORE } from '../servers/programs.ts';

const ANSWER_MS = 20;
const SHARES = { p50: 0.5, p99: 0.99, 'p99.9': 0.999 } as const;

export const latency: Row = {
  title: 'open loop: latency added while e-RS answers in 20 ms',
  async run({ isQuick, seconds, later, record }) {
    const upstream = await startUpstream(later, ANSWER_MS);
    pin(process.pid, LOAD_CORE);
    for (const applications of isQuick ? [60] : [60, 2_000])
      await inScope(async (later) => {
        const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, applications);
        const gateway = await gatehouse.startMeasured();
        const through = readTarget(gateway, gatehouse.keys);
        const direct = upstream.target;
        await mintTokens(through);
        pin(gateway.child.pid, SERVER_CORE);
        await openLoop(through, 200, isQuick ? 1 : 30);
        await openLoop(direct, 200, 1);
        for (const perSecond of isQuick ? [200] : [50, 200, 500]) {
          const duration = isQuick ? seconds : 20;
          const added = latencyAdded(
            await openLoop(through, perSecond, duration),
            await openLoop(direct, perSecond, duration),
          );
          console.log(
            `  ${applications} applications, ${perSecond} requests/s: added p50 ${added.p50} ms, p99 ${added.p99} ms, p99.9 ${added['p99.9']} ms; failed ${added.failed}`,
          );
          record({ applications, perSecond, ...added });
        }
      });
  },
};

/** Milliseconds between the same percentiles of the two. */
function latencyAdded(through: readonly Sample[], direct: readonly Sample[]) {
  const at = (samples: readonly Sample[], share: number): number =>
    percentile(
      samples.map(({ ms }) => ms),
      share,
    );
  const added = (share: number): number => Number((at(through, share) - at(direct, share)).toFixed(2));
  return {
    p50: added(SHARES.p50),
    p99: added(SHARES.p99),
    'p99.9': added(SHARES['p99.9']),
    failed: [...through, ...direct].filter(({ ok }) => !ok).length,
  };
}
