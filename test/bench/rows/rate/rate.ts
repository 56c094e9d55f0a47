/**
 * (l) The rate limit shared by three replicas: what it adds, how much of it can be used, one client beside others, and a user
 * beside a batch.
 */
import { inScope } from '../../benchmark.ts';
import { closedLoop } from '../../load/closed-loop.ts';
import { percentile } from '../../load/figures.ts';
import { openLoop, type Sample } from '../../load/open-loop.ts';
import type { Row } from '../../row.ts';
import { startUpstream } from '../../servers/contenders.ts';
import {
  type BenchGatehouse,
  mintTokens,
  readTarget,
  REQUESTS_PER_MINUTE,
  startGatehouse,
} from '../../servers/gatehouse.ts';
import { measurePriority } from './rate-priority.ts';

const REPLICAS = 3;
const APPLICATIONS = 60;
const PER_SECOND = 200;
/** Of each client's even share of the load. */
const GREEDY_TIMES = 50;

type Gateways = Awaited<ReturnType<BenchGatehouse['startMeasured']>>[];

export const rate: Row = {
  title: 'the rate limit shared by three replicas',
  async run({ isQuick, seconds, later, record }) {
    await inScope((part) => measurePriority({ isQuick, seconds, record }, part));
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, APPLICATIONS + 1);
    const [greedy = '', ...keys] = gatehouse.keys;
    const duration = isQuick ? seconds : 30;

    const measure = async (gateways: Gateways): Promise<Sample[]> => {
      for (const gateway of gateways) await mintTokens(readTarget(gateway, gatehouse.keys));
      await spread(gateways, keys, PER_SECOND, isQuick ? 1 : 10);
      return spread(gateways, keys, PER_SECOND, duration);
    };
    const unlimited = await start(gatehouse, {});
    const without = await measure(unlimited);
    for (const gateway of unlimited) await gateway.stop();
    const gateways = await start(gatehouse, gatehouse.limited);
    const within = await measure(gateways);
    const added = (share: number): number => round(at(within, share) - at(without, share));
    const failed = within.filter(({ ok }) => !ok).length;
    console.log(
      `  added at ${PER_SECOND}/s: p50 ${added(0.5)} ms, p99 ${added(0.99)} ms ` +
        `(without ${round(at(without, 0.5))} and ${round(at(without, 0.99))} ms); failed ${failed}`,
    );
    record({ part: 'added', addedP50Ms: added(0.5), addedP99Ms: added(0.99), failed });

    const [first] = gateways;
    if (first === undefined) return;
    const { requests, seconds: tookS } = await closedLoop(readTarget(first, [greedy]), 4, duration);
    const usable = Math.round((100 * requests) / tookS / (REQUESTS_PER_MINUTE / 60));
    console.log(`  usable through one replica: ${usable} %`);
    record({ part: 'usable', usablePercent: usable });

    const [beside] = await Promise.all([
      spread(gateways, keys, PER_SECOND, duration),
      spread(gateways, [greedy], (PER_SECOND / APPLICATIONS) * GREEDY_TIMES, duration),
    ]);
    const [aloneMs, besideMs] = [round(at(within, 0.99)), round(at(beside, 0.99))];
    console.log(
      `  p99 of ${APPLICATIONS} others: ${aloneMs} ms alone, ${besideMs} ms beside one at fifty times`,
    );
    record({ part: 'others', aloneMs, besideMs, failed: beside.filter(({ ok }) => !ok).length });
  },
};

function start(gatehouse: BenchGatehouse, settings: Readonly<Record<string, string>>): Promise<Gateways> {
  return Promise.all(Array.from({ length: REPLICAS }, () => gatehouse.startMeasured(settings)));
}

/** The load as a balancer spreads it: a third of it for each replica, over all keys, and no two for one key at once. */
async function spread(
  gateways: Gateways,
  keys: readonly string[],
  perSecond: number,
  seconds: number,
): Promise<Sample[]> {
  const each = gateways.map((gateway, index) => {
    const first = Math.floor((index * keys.length) / gateways.length);
    const turned = [...keys.slice(first), ...keys.slice(0, first)];
    return openLoop(readTarget(gateway, turned), perSecond / gateways.length, seconds);
  });
  return (await Promise.all(each)).flat();
}

function at(samples: readonly Sample[], share: number): number {
  return percentile(
    samples.map(({ ms }) => ms),
    share,
  );
}

function round(ms: number): number {
  return Number(ms.toFixed(1));
}
