// The systemd unit fits the program: it waits for calls under way, starts a file that exists, and gives up what it does
// not need. Each rule is first shown to bite. Where systemd-analyze is here, it reads the unit as well.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const unit = readFileSync(join(root, 'infra/systemd/gatehouse.service'), 'utf8');
const settings = readFileSync(join(root, 'apps/gateway/src/config/config.ts'), 'utf8');
const INSTALLED = '/opt/gatehouse';
const ANALYZE = '/usr/bin/systemd-analyze';
/** In tenths, as systemd-analyze takes it; it calls up to 2.0 “safe enough to be OK”. */
const MOST_EXPOSURE = 20;
const GIVEN_UP = [
  'CapabilityBoundingSet=',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateDevices=yes',
];

/** The default of a setting in milliseconds. */
const defaultMs = (name) =>
  Number(
    new RegExp(`${name}: .*?(?:milliseconds|default)\\((\\d[\\d_]*)\\)`)
      .exec(settings)?.[1]
      .replaceAll('_', ''),
  );
const valueOf = (text, name) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];

function faultsIn(text) {
  const faults = [];
  const drainMs = defaultMs('GATEHOUSE_DRAIN_MS') + defaultMs('GATEHOUSE_DRAIN_GRACE_MS');
  if (!(Number(valueOf(text, 'TimeoutStopSec')) * 1000 > drainMs))
    faults.push(
      `TimeoutStopSec must be more than ${String(drainMs / 1000)} s, or calls under way are killed`,
    );
  const program = /\S+\.js$/.exec(valueOf(text, 'ExecStart') ?? '')?.[0] ?? 'nothing';
  if (!existsSync(join(root, program))) faults.push(`ExecStart: no ${program}`);
  for (const line of GIVEN_UP) if (!text.split('\n').includes(line)) faults.push(`${line} is missing`);
  return faults;
}

/** What systemd itself says about the unit, with the checkout in the place where it is installed. */
function objectionsTo(text) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unit-'));
  const file = join(folder, 'gatehouse.service');
  writeFileSync(file, text.replaceAll(INSTALLED, root.replace(/\/$/, '')));
  const analyze = (...args) => spawnSync(ANALYZE, [...args, file], { encoding: 'utf8' });
  const verified = analyze('verify', '--man=no');
  const secured = analyze('security', '--offline=true', `--threshold=${String(MOST_EXPOSURE)}`, '--no-pager');
  rmSync(folder, { recursive: true });
  // What it ignores it only says.
  const ignored = verified.stderr.split('\n').filter((line) => line.includes(file));
  return [...ignored, ...(secured.status === 0 ? [] : [secured.stdout.trim().split('\n').at(-1) ?? ''])];
}

const planted = [
  ['TimeoutStopSec=210', 'TimeoutStopSec=200'],
  ['program/main.js', 'program/start.js'],
  ['NoNewPrivileges=yes\n', ''],
];
const faults = planted.flatMap(([from, to]) => {
  const found = faultsIn(unit.replace(from, to));
  return found.length === 1 ? [] : [`${from}: ${String(found.length)} faults found where one is planted`];
});
faults.push(...faultsIn(unit));
const hasAnalyze = existsSync(ANALYZE);
if (hasAnalyze) {
  faults.push(...objectionsTo(unit));
  if (objectionsTo(unit.replace('Restart=on-failure', 'Restart=often')).length === 0)
    faults.push('systemd-analyze takes a planted fault');
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(
  `The systemd unit holds; ${String(planted.length)} planted faults were found${hasAnalyze ? ', and systemd-analyze objects to nothing' : '; systemd-analyze is not here'}.`,
);
