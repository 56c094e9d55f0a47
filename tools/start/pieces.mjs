// The processes of `npm start`. Each leads its own process group, so that Ctrl-C reaches only the orchestrator, which stops
// them in reverse order.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toolEnvironment } from '../environment.mjs';
import { PortTaken } from './ports.mjs';

const KEPT_LINES = 20;
const STOP_MS = 20_000;
const PORT_TAKEN = /EADDRINUSE|address already in use/i;
/** Settings of a developer's own shell, which must not reach the demo. */
const foreign = /^(GATEHOUSE_|DATABASE_|AWS_|SIMULATOR_|DEMO_|PG[A-Z]+$)/;

export function cleanEnvironment(settings) {
  const inherited = Object.entries(toolEnvironment()).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(inherited), ...settings };
}

/** Whether that process runs `script`. A process id may have been reused. */
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

  /** `listener` is called once if a piece ends unexpectedly. */
  onDeath(listener) {
    this.#died = listener;
  }

  lastLines(name) {
    return this.#running.find((piece) => piece.name === name)?.lines.join('\n') ?? '';
  }

  /**
   * Launches a piece and returns the first line of JSON it prints that `isReady` accepts. If the piece ends before,
   * `onDeath` is called and this never returns.
   * @throws PortTaken if it ended because it could not listen
   */
  async start(name, command, settings, isReady = () => true) {
    const piece = this.#launch(name, command, settings);
    const { child, lines, ended } = piece;
    let printed = '';
    const ready = new Promise((resolve) => {
      child.stdout.on('data', (text) => {
        printed += String(text);
        const complete = printed.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
        const line = complete.map((each) => JSON.parse(each)).find(isReady);
        if (line !== undefined) resolve(line);
      });
    });
    const answer = await Promise.race([ready, ended.then(() => null)]);
    if (answer === null && !this.#stopping) {
      this.#running.splice(this.#running.indexOf(piece), 1);
      if (lines.some((line) => PORT_TAKEN.test(line))) throw new PortTaken(`${name} could not listen.`);
      this.#reportDeath(piece);
    }
    // The steps must not go on.
    if (answer === null) await new Promise(() => undefined);
    piece.isReady = true;
    return answer;
  }

  #launch(name, command, settings) {
    const withParent = pathToFileURL(join(this.#root, 'tools/start/with-parent.mjs')).href;
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', withParent, ...command], {
      cwd: this.#root,
      detached: true,
      env: cleanEnvironment(settings),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const piece = { name, child, lines: [], ended, isReady: false };
    const log = createWriteStream(join(this.#logs, `${name.toLowerCase()}.log`));
    const keep = (text) => {
      log.write(text);
      piece.lines.push(...String(text).trimEnd().split('\n'));
      piece.lines.splice(0, Math.max(0, piece.lines.length - KEPT_LINES));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(`${error.message}\n`));
    child.on('close', () => {
      log.end();
      if (piece.isReady && !this.#stopping) this.#reportDeath(piece);
    });
    this.#running.push(piece);
    return piece;
  }

  #reportDeath({ name, child, lines }) {
    this.#died(name, child.signalCode ?? `exit code ${child.exitCode}`, lines.join('\n'));
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
