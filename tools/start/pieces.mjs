// The processes of `npm start`: each leads a group of its own, so that Ctrl-C reaches the orchestrator alone and
// they stop in the right order, the last started first.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toolEnvironment } from '../environment.mjs';

const KEPT_LINES = 20;
const STOP_MS = 20_000;
/** A developer's own settings must not reach the demo. */
const foreign = /^(GATEHOUSE_|DATABASE_|AWS_|SIMULATOR_|PG[A-Z]+$)/;

export function cleanEnvironment(settings) {
  const inherited = Object.entries(toolEnvironment()).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(inherited), ...settings };
}

/** True if that process lives and its command line names `script`; a reused process id doesn't count. */
export function isRunning(pid, script) {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  if (existsSync('/proc/self/cmdline')) {
    return (
      existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script)
    );
  }
  return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout.includes(script);
}

export class Pieces {
  #root;
  #logs;
  #running = [];
  #died = () => undefined;
  #stopping = false;

  constructor(root, logs) {
    this.#root = root;
    this.#logs = logs;
    mkdirSync(logs, { recursive: true });
  }

  /** Called once for a piece that ends without being asked to. */
  onDeath(listener) {
    this.#died = listener;
  }

  lastLines(name) {
    return this.#running.find((piece) => piece.name === name)?.lines.join('\n') ?? '';
  }

  launch(name, command, settings) {
    const withParent = pathToFileURL(join(this.#root, 'tools/start/with-parent.mjs')).href;
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', withParent, ...command], {
      cwd: this.#root,
      detached: true,
      env: cleanEnvironment(settings),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const piece = { name, child, lines: [], ended: new Promise((resolve) => child.once('close', resolve)) };
    const log = createWriteStream(join(this.#logs, `${name.toLowerCase()}.log`));
    const keep = (text) => {
      log.write(text);
      piece.lines.push(...String(text).trimEnd().split('\n'));
      piece.lines.splice(0, Math.max(0, piece.lines.length - KEPT_LINES));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(`${error.message}\n`));
    child.on('close', (code, signal) => {
      log.end();
      if (!this.#stopping) this.#died(name, signal ?? `exit code ${code}`, piece.lines.join('\n'));
    });
    this.#running.push(piece);
    return piece;
  }

  /** Launches a piece and waits for the first line of JSON it prints. */
  async start(name, command, settings) {
    const { child, ended } = this.launch(name, command, settings);
    let printed = '';
    const ready = new Promise((resolve) => {
      child.stdout.on('data', (text) => {
        printed += String(text);
        const line = printed.split('\n').find((each) => each.startsWith('{') && each.endsWith('}'));
        if (line !== undefined) resolve(JSON.parse(line));
      });
    });
    const answer = await Promise.race([ready, ended.then(() => null)]);
    // What happened is told by onDeath; here the steps just must not go on.
    if (answer === null) await new Promise(() => undefined);
    return answer;
  }

  async stopAll() {
    this.#stopping = true;
    for (const { child, ended } of this.#running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          child.kill('SIGKILL');
        }
      }, STOP_MS);
      await ended;
      clearTimeout(timer);
    }
  }
}
