/** (b) Throughput of Gatehouse on one core beside servers that do less, and what a request costs each of them. */
import type { Bench, Row } from '../row.ts';
import { closedLoop, LEAST_HEADROOM, LOAD_GENERATOR, warmUp } from '../load/closed-loop.ts';
import { median, spread } from '../load/figures.ts';
import { type Contender, startRivals, startUpstream, type Upstream } from '../servers/contenders.ts';
import { watchCpu } from '../servers/cpu.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { pin, SERVER_CORE } from '../servers/programs.ts';
import { type DatabaseUse, watchDatabase } from '../servers/database-use.ts';

interface Measured {
  readonly perSecond: number[];
  readonly cpuUs: number[];
  readonly p99Ms: number[];
  readonly database: DatabaseUse[];
}

const GATEHOUSE = 'Gatehouse, everything on';

export const throughput: Row = {
  title: 'closed loop: throughput and processor time on one core',
  async run(bench) {
    const { isQuick, later } = bench;
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, 60);
    const gateway = await gatehouse.startMeasured();
    await mintTokens(readTarget(gateway, gatehouse.keys));
    const own: Contender = {
      name: GATEHOUSE,
      lacks: 'nothing',
      pid: gateway.child.pid ?? 0,
      isNative: false,
      target: readTarget(gateway, gatehouse.keys),
    };
    const contenders = [own, ...(await startRivals(later, upstream, gatehouse.stack.database.superuserUrl))];
    for (const { pid } of contenders) pin(pid, SERVER_CORE);
    const databaseUse = () => watchDatabase(gatehouse.stack.sql);
    console.log(`  load from ${LOAD_GENERATOR}`);
    for (const { name, lacks } of contenders) console.log(`  ${name} lacks: ${lacks}`);
    for (const { target } of contenders) await warmUp(target, 32, bench.warmUp);
    for (const connections of isQuick ? [32] : [8, 32, 128, 512]) {
      const results = await interleaved(bench, contenders, connections, databaseUse);
      await printCell(bench, upstream, connections, results);
    }
  },
};

/** Each round measures every contender once, so that what else the machine does meets all of them alike. */
async function interleaved(
  { rounds, seconds }: Bench,
  contenders: readonly Contender[],
  connections: number,
  databaseUse: () => Promise<() => Promise<DatabaseUse>>,
): Promise<Map<Contender, Measured>> {
  const results = new Map<Contender, Measured>(
    contenders.map((contender) => [contender, { perSecond: [], cpuUs: [], p99Ms: [], database: [] }]),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const [contender, measured] of results) {
      const usedDatabase = await databaseUse();
      const usedCpuUs = watchCpu(() => [contender.pid]);
      const result = await closedLoop(contender.target, connections, seconds);
      const cpuUs = usedCpuUs();
      if (result.failed > 0) throw new Error(`${contender.name}: ${result.failed} requests failed`);
      measured.perSecond.push(Math.round(result.requests / result.seconds));
      measured.cpuUs.push(Math.round(cpuUs / result.requests));
      measured.p99Ms.push(result.p99Ms);
      const { cpuUs: databaseUs, bytes, walBytes } = await usedDatabase();
      measured.database.push({
        cpuUs: databaseUs / result.requests,
        bytes: bytes / result.requests,
        walBytes: walBytes / result.requests,
      });
    }
  }
  return results;
}

async function printCell(
  { seconds, record }: Bench,
  upstream: Upstream,
  connections: number,
  results: ReadonlyMap<Contender, Measured>,
): Promise<void> {
  const straight = await closedLoop(upstream.target, connections, seconds);
  const ceiling = Math.round(straight.requests / straight.seconds);
  const fastest = Math.max(
    ...[...results].filter(([{ isNative }]) => !isNative).map(([, { perSecond }]) => median(perSecond)),
  );
  const counts = ceiling >= LEAST_HEADROOM * fastest;
  console.log(
    `  ${connections} connections; ceiling ${ceiling} requests/s${counts ? '' : ': LESS THAN TWICE THE FASTEST, THE RUN DOESN’T COUNT'}`,
  );
  const own = [...results].find(([{ name }]) => name === GATEHOUSE)?.[1];
  for (const [{ name, lacks }, { perSecond, cpuUs, p99Ms, database }] of results) {
    const rate = median(perSecond);
    const isAtCeiling = ceiling < LEAST_HEADROOM * rate;
    console.log(
      `    ${name.padEnd(34)} ${String(rate).padStart(6)} requests/s (±${spread(perSecond)} %), ${String(median(cpuUs)).padStart(4)} µs, p99 ${median(p99Ms).toFixed(1)} ms` +
        (name === GATEHOUSE ? '' : `, Gatehouse ${(median(own?.perSecond ?? []) / rate).toFixed(2)} times`) +
        (isAtCeiling ? ' (limited by the load)' : ''),
    );
    const typical = (of: keyof DatabaseUse): number => Math.round(median(database.map((use) => use[of])));
    const use = { cpuUs: typical('cpuUs'), bytes: typical('bytes'), walBytes: typical('walBytes') };
    if (use.bytes > 0)
      console.log(
        `      PostgreSQL: ${use.cpuUs} µs, ${use.bytes} bytes and ${use.walBytes} bytes of WAL a request`,
      );
    record({
      connections,
      ceiling,
      counts,
      contender: name,
      lacks,
      perSecond: rate,
      rounds: perSecond,
      cpuUs: median(cpuUs),
      p99Ms: median(p99Ms),
      ...(use.bytes > 0 ? { databaseUs: use.cpuUs, bytes: use.bytes, walBytes: use.walBytes } : {}),
    });
  }
}
