// Fails if a process of this run survives: one that carries RUN_MARK in its environment, or that works in or
// names the run's TMPDIR (PostgreSQL's own processes overwrite their environment). Plain Node 20, no packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const mark = process.env.RUN_MARK;
const scratch = process.env.TMPDIR;
if (!mark || !scratch) {
  console.error('Set RUN_MARK and TMPDIR for the run and for this check.');
  process.exit(1);
}
const attempt = (read) => {
  try {
    return read();
  } catch {
    return ''; // the process is gone, or is another user's
  }
};

/** This process and its ancestors: they belong to the run and are still meant to be here. */
function ourselves(parentOf) {
  const pids = new Set();
  for (let pid = process.pid; pid > 1 && !pids.has(pid); pid = parentOf(pid)) pids.add(pid);
  return pids;
}

function survivorsOnLinux() {
  const parentOf = (pid) =>
    Number(/\) \S (\d+)/.exec(attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8')))?.[1] ?? 0);
  const own = ourselves(parentOf);
  const found = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || own.has(Number(name))) continue;
    const command = attempt(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'))
      .replaceAll('\0', ' ')
      .trim();
    const environment = attempt(() => readFileSync(`/proc/${name}/environ`, 'utf8'));
    const folder = attempt(() => readlinkSync(`/proc/${name}/cwd`));
    if (command === '') continue; // a kernel thread, or dead and not yet reaped
    if (environment.includes(mark) || command.includes(scratch) || `${folder}/`.startsWith(`${scratch}/`)) {
      found.push(`${name}  ${command}`);
    }
  }
  return found;
}

function survivorsElsewhere() {
  const lines = spawnSync('ps', ['-axwwE', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).stdout.split(
    '\n',
  );
  const rows = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((row) => row !== null);
  const parents = new Map(rows.map((row) => [Number(row[1]), Number(row[2])]));
  const own = ourselves((pid) => parents.get(pid) ?? 0);
  return rows
    .filter((row) => !own.has(Number(row[1])) && (row[3].includes(mark) || row[3].includes(scratch)))
    .filter((row) => !/^(ps|sed|grep) /.test(row[3]))
    .map((row) => `${row[1]}  ${row[3].slice(0, 200)}`);
}

let survivors = [];
for (let tries = 0; tries < 20; tries += 1) {
  survivors = existsSync('/proc/self/stat') ? survivorsOnLinux() : survivorsElsewhere();
  if (survivors.length === 0) process.exit(0);
  await setTimeout(250);
}
console.error(`Still running:\n${survivors.join('\n')}`);
process.exit(1);
