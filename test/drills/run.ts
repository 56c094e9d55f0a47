/**
 * `npm run drill -- NAME …` rehearses a recovery on a real installation under traffic, prints its times, and exits with 1
 * if a promise was broken. The guide is docs/guides/recovering.md. `--check` only loads each drill.
 */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { type Drill, DRILLS } from './drill.ts';
import './sources.ts';

type Name = (typeof DRILLS)[number];

const words = process.argv.slice(2);
if (words.join() === '--check') {
  for (const name of DRILLS) await load(name);
  process.exit(0);
}
const unknown = words.filter((word) => !(DRILLS as readonly string[]).includes(word));
if (words.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no drill “${unknown.join('”, “')}”.`);
  console.error(`Usage: npm run drill -- ${DRILLS.join('|')} …`);
  process.exit(2);
}

/** Loaded by name: they import sources that need the hooks of sources.ts. */
async function load(name: Name): Promise<Drill> {
  const { drill } = (await import(`./${name}.drill.ts`)) as { drill: Drill };
  return drill;
}

const stops: (() => Promise<unknown>)[] = [];
let broken = 0;
let interrupted = false;

async function stopAll(): Promise<void> {
  for (let stop = stops.shift(); stop !== undefined; stop = stops.shift()) {
    await stop().catch((error: unknown) => {
      console.error(error);
    });
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    console.error('Interrupted: what was started is being stopped …');
    void stopAll().then(() => process.exit(130));
  });
}

async function rehearse(name: Name): Promise<void> {
  const { title, run } = await load(name);
  const startedMs = performance.now();
  const rows: (readonly [string, string])[] = [];
  const promises: string[] = [];
  console.log(`\n${name}: ${title}`);
  const rehearsal = run({
    step(text) {
      const at = new Date().toISOString().slice(11, 23);
      console.log(`  ${at}  ${seconds(performance.now() - startedMs).padStart(8)}  ${text}`);
    },
    time: (what, ms) => void rows.push([what, seconds(ms)]),
    note: (what, value) => void rows.push([what, String(value)]),
    promise(what, faults) {
      if (faults.length > 0) broken += 1;
      promises.push(`  ${faults.length === 0 ? 'kept  ' : 'BROKEN'}  ${what}`);
      for (const fault of faults.slice(0, 10)) promises.push(`          ${fault}`);
    },
    later: (stop) => void stops.unshift(stop),
  });
  await rehearsal.finally(() => print(name, rows, promises));
}

function print(name: Name, rows: readonly (readonly [string, string])[], promises: readonly string[]): void {
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log(`\n${name}, measured`);
  for (const [what, value] of rows) console.log(`  ${what.padEnd(width)}  ${value}`);
  console.log(`${name}, promised\n${promises.join('\n')}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

const cores = availableParallelism();
console.log(
  `${cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load average ${loadavg()[0]?.toFixed(1)}`,
);
for (const name of words as Name[]) {
  // One that can't be finished doesn't keep the others from being rehearsed.
  await rehearse(name).catch((error: unknown) => {
    if (!interrupted) console.error(error);
    broken += 1;
  });
  if (interrupted) break;
  await stopAll();
}
if (!interrupted) process.exit(broken > 0 ? 1 : 0);
