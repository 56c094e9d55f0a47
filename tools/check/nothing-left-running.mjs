// Fails if a process of this run is still running: one with RUN_MARK in its environment, or with the run's TMPDIR as its
// folder or in its command (PostgreSQL's processes overwrite their environment). It needs Node 20 and no packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const mark = process.env.RUN_MARK;
const scratch = process.env.TMPDIR;
if (!mark || !scratch) {
  console.error('RUN_MARK and TMPDIR must be set for the run and for this check.');
  process.exit(1);
}
const readOrEmpty = (read) => {
  try {
    return read();
  } catch {
    return ''; // The process has ended, or belongs to another user.
  }
};

/** This process and its ancestors, which belong to the run and may still be running. */
function ourselves(parentOf) {
  const pids = new Set();
  for (let pid = process.pid; pid > 1 && !pids.has(pid); pid = parentOf(pid)) pids.add(pid);
  return pids;
}

function survivorsOnLinux() {
  const parentOf = (pid) =>
    Number(/\) \S (\d+)/.exec(readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8')))?.[1] ?? 0);
  const own = ourselves(parentOf);
  const survivors = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || own.has(Number(name))) continue;
    const command = readOrEmpty(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'))
      .replaceAll('\0', ' ')
      .trim();
    const environment = readOrEmpty(() => readFileSync(`/proc/${name}/environ`, 'utf8'));
    const folder = readOrEmpty(() => readlinkSync(`/proc/${name}/cwd`));
    if (command === '') continue; // A kernel thread, or a process that has ended.
    if (environment.includes(mark) || command.includes(scratch) || `${folder}/`.startsWith(`${scratch}/`)) {
      survivors.push(`${name}  ${command}`);
    }
  }
  return survivors;
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
