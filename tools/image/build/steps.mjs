// The steps of `npm run image`: each is a program whose output goes to a file, and is stopped with everything it started
// when this process is.
import { spawn } from 'node:child_process';
import { openSync, readFileSync, writeSync } from 'node:fs';

const LAST_LINES = 15;
const STOP_MS = 10_000;

/** What a person has to do something about; its message says what. */
export class ImageError extends Error {}

export class Steps {
  #logFile;
  #log;
  #running = new Set();
  #stopped = false;

  constructor(logFile) {
    this.#logFile = logFile;
    this.#log = openSync(logFile, 'w');
  }

  /**
   * Does a piece of work and prints one line about it.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @param {(result: T) => string} note what the line says besides
   */
  async step(name, work, note = () => 'done') {
    const startedMs = performance.now();
    const result = await work();
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(`  ${name.padEnd(12)} ${note(result)}  (${seconds} s)`);
    return result;
  }

  /**
   * @param {string[]} command
   * @param {string} why what to say if it fails, before its last lines
   * @returns {Promise<string>} what it printed
   * @throws {ImageError}
   */
  async run(command, why, options = {}) {
    if (this.#stopped) throw new ImageError('Interrupted.');
    writeSync(this.#log, `\n$ ${command.join(' ')}\n`);
    const from = readFileSync(this.#logFile).length;
    // A group of its own, so that what it starts can be stopped as well.
    const child = spawn(command[0], command.slice(1), {
      ...options,
      detached: true,
      stdio: ['ignore', 'pipe', this.#log],
    });
    this.#running.add(child);
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += String(text);
      writeSync(this.#log, text);
    });
    const [code, error] = await new Promise((resolve) => {
      child.once('error', (problem) => resolve([null, problem.message]));
      child.once('close', (status) => resolve([status, '']));
    });
    this.#running.delete(child);
    if (code === 0) return printed;
    if (this.#stopped) throw new ImageError('Interrupted.');
    const lines = readFileSync(this.#logFile).subarray(from).toString().trimEnd().split('\n');
    const last = [...lines.slice(-LAST_LINES), error].filter((line) => line !== '');
    throw new ImageError(`${why}\n${last.join('\n')}\nAll of its output is in ${this.#logFile}.`);
  }

  /** Stops what runs. Nothing can be started afterwards. */
  async stop() {
    this.#stopped = true;
    for (const child of this.#running) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      signalGroup(child.pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), STOP_MS);
      await closed;
      clearTimeout(timer);
    }
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
