/** (d) Many callers wait for one token, and many bindings need their first at once. */
import { percentile } from '../load/figures.ts';
import { allAtOnce, type Sample } from '../load/open-loop.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { readTarget, startGatehouse } from '../servers/gatehouse.ts';

export const tokens: Row = {
  title: 'waiters on one token, and many cold bindings',
  async run({ isQuick, later, record }) {
    const waiters = isQuick ? 50 : 500;
    const cold = isQuick ? 60 : 600;
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, cold);
    const tokenCalls = async (): Promise<number> => {
      const requests = await gatehouse.stack.simulator.control<unknown[]>('GET', '/requests?target=token');
      return requests.length;
    };
    for (const [name, requests, keys] of [
      [`${waiters} requests wait for one token`, waiters, gatehouse.keys.slice(0, 1)],
      [`${cold} cold bindings at once`, cold, gatehouse.keys],
    ] as const) {
      // A gateway that has just started has no tokens, as one whose tokens have all expired.
      const gateway = await gatehouse.startMeasured();
      await gatehouse.stack.simulator.control('DELETE', '/requests');
      const samples = await allAtOnce(readTarget(gateway, keys), requests);
      const figure = { ...timesOf(samples), tokenCalls: await tokenCalls() };
      console.log(
        `  ${name}: p50 ${figure.p50Ms} ms, last ${figure.lastMs} ms, ${figure.tokenCalls} token requests; failed ${figure.failed}`,
      );
      record({ name, ...figure });
      await gateway.stop();
    }
  },
};

function timesOf(samples: readonly Sample[]) {
  const ms = samples.map((sample) => sample.ms);
  return {
    p50Ms: Math.round(percentile(ms, 0.5)),
    lastMs: Math.round(Math.max(...ms)),
    failed: samples.filter(({ ok }) => !ok).length,
  };
}
