/** (n) What traces of requests cost: off, one request in ten, and all of them. */
import { startOtlpCollector } from '../../support/outbound/otlp-collector.ts';
import { closedLoop, warmUp } from '../load/closed-loop.ts';
import { median, spread } from '../load/figures.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { watchCpu } from '../servers/cpu.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { pin, SERVER_CORE } from '../servers/programs.ts';

const CONNECTIONS = 32;

export const tracing: Row = {
  title: 'what traces cost: throughput and processor time on one core',
  async run({ rounds, seconds, warmUp: requests, later, record }) {
    const upstream = await startUpstream(later);
    const collector = await startOtlpCollector();
    later(() => collector.close());
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, 60);
    const traced = (ratio: string) => ({
      GATEHOUSE_OTLP_ENDPOINT: collector.url,
      GATEHOUSE_TRACE_RATIO: ratio,
    });
    const contenders = [];
    for (const [name, settings] of [
      ['off', {}],
      ['one in ten', traced('0.1')],
      ['all', traced('1')],
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
      for (const { name, target, pid, perSecond, cpuUs } of contenders) {
        const usedCpuUs = watchCpu(() => [pid]);
        const result = await closedLoop(target, CONNECTIONS, seconds);
        cpuUs.push(Math.round(usedCpuUs() / result.requests));
        if (result.failed > 0) throw new Error(`${name}: ${result.failed} requests failed`);
        perSecond.push(Math.round(result.requests / result.seconds));
      }
    }
    console.log(`  ${CONNECTIONS} connections`);
    for (const { name, perSecond, cpuUs } of contenders) {
      console.log(
        `    ${name.padEnd(10)} ${String(median(perSecond)).padStart(6)} requests/s (±${spread(perSecond)} %), ${String(median(cpuUs)).padStart(4)} µs (±${spread(cpuUs)} %)`,
      );
      record({ traced: name, perSecond: median(perSecond), cpuUs: median(cpuUs), rounds: cpuUs });
    }
  },
};
