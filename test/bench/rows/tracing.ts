/** (n) What it costs to export traces and metrics: nothing, traces of one request in ten and of all, and metrics. */
import { startOtlpCollector } from '../../support/outbound/otlp-collector.ts';
import { closedLoop, LEAST_HEADROOM, warmUp } from '../load/closed-loop.ts';
import { median, spread } from '../load/figures.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { watchCpu } from '../servers/cpu.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { pin, SERVER_CORE } from '../servers/programs.ts';

const CONNECTIONS = 32;
const OFF = 'off';

export const tracing: Row = {
  title: 'what traces and metrics cost: throughput and processor time on one core',
  async run({ rounds, seconds, warmUp: requests, later, record }) {
    const upstream = await startUpstream(later);
    const collector = await startOtlpCollector({ isForgetful: true });
    later(() => collector.close());
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, 60);
    const traced = (ratio: string) => ({
      GATEHOUSE_OTLP_ENDPOINT: collector.url,
      GATEHOUSE_TRACE_RATIO: ratio,
    });
    const contenders = [];
    for (const [name, settings] of [
      [OFF, {}],
      ['traces, one in ten', traced('0.1')],
      ['traces, all', traced('1')],
      [
        'metrics, every 2 s',
        { GATEHOUSE_OTLP_METRICS_ENDPOINT: collector.url, GATEHOUSE_OTLP_METRICS_SECONDS: '2' },
      ],
    ] as const) {
      const gateway = await gatehouse.startMeasured(settings);
      const target = readTarget(gateway, gatehouse.keys);
      const pid = gateway.child.pid ?? 0;
      pin(pid, SERVER_CORE);
      await mintTokens(target);
      await warmUp(target, CONNECTIONS, requests);
      contenders.push({ name, target, pid, perSecond: [] as number[], cpuUs: [] as number[] });
    }
    for (let round = 0; round < rounds; round += 1) {
      // Each comes first in turn, so that none always follows the same one.
      const first = round % contenders.length;
      for (const each of [...contenders.slice(first), ...contenders.slice(0, first)]) {
        const { name, target, pid, perSecond, cpuUs } = each;
        const usedCpuUs = watchCpu(() => [pid]);
        const result = await closedLoop(target, CONNECTIONS, seconds);
        cpuUs.push(Math.round(usedCpuUs() / result.requests));
        if (result.failed > 0) throw new Error(`${name}: ${result.failed} requests failed`);
        perSecond.push(Math.round(result.requests / result.seconds));
      }
    }
    const straight = await closedLoop(upstream.target, CONNECTIONS, seconds);
    const ceiling = Math.round(straight.requests / straight.seconds);
    const counts =
      ceiling >= LEAST_HEADROOM * Math.max(...contenders.map(({ perSecond }) => median(perSecond)));
    console.log(
      `  ${CONNECTIONS} connections; ceiling ${ceiling} requests/s${counts ? '' : ': LESS THAN TWICE THE FASTEST, THE RUN DOESN’T COUNT'}`,
    );
    const off = contenders.find(({ name }) => name === OFF);
    for (const { name, perSecond, cpuUs } of contenders) {
      const beside = {
        perSecond: differences(perSecond, off?.perSecond ?? []),
        cpuUs: differences(cpuUs, off?.cpuUs ?? []),
      };
      console.log(
        `    ${name.padEnd(18)} ${String(median(perSecond)).padStart(6)} requests/s (±${spread(perSecond)} %), ${String(median(cpuUs)).padStart(4)} µs (±${spread(cpuUs)} %)` +
          (name === OFF
            ? ''
            : `; beside ${OFF}: ${inWords(beside.perSecond)} requests/s, ${inWords(beside.cpuUs)} processor time`),
      );
      record({
        ...{ exported: name, ceiling, counts, perSecond: median(perSecond), cpuUs: median(cpuUs) },
        ...{ rounds: perSecond, besideOffPerCent: beside.perSecond, besideOffCpuPerCent: beside.cpuUs },
      });
    }
  },
};

/** Per cent, each round against the same round of the other, so that what slows a round slows both. */
const differences = (values: readonly number[], others: readonly number[]): number[] =>
  values.map((value, round) => Number(((value / (others[round] ?? NaN) - 1) * 100).toFixed(1)));

/** The median and the range of the rounds. A difference within a range that includes 0 was not seen. */
function inWords(perCent: readonly number[]): string {
  const signed = (value: number): string => (value > 0 ? '+' : '') + value.toFixed(1);
  const [least, most] = [Math.min(...perCent), Math.max(...perCent)];
  return `${signed(median(perCent))} % (${signed(least)} to ${signed(most)})`;
}
