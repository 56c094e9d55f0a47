/** Starts the simulator and the gateway as separate processes on free ports. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const END_WITH_PARENT = ['--import', new URL('end-with-parent.mjs', import.meta.url).href];
/** A spare RSA-4096 key takes 0.8 s to generate, so all simulators of a run share these. */
const KEY_POOL = join(ROOT, 'node_modules/.cache/gatehouse/spare-keys');
/** A gateway loads 1,600 modules, which a run has to compile only once. */
export const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/gatehouse/compiled');
/** How often the log of a gateway that starts is read. */
const LOOK_MS = 10;

export interface SimulatorProcess {
  readonly apimUrl: string;
  readonly tokenUrl: string;
  readonly apiBaseUrl: string;
  readonly kmsUrl: string;
  readonly objectStoreUrl: string;
  readonly controlUrl: string;
  readonly staffIssuer: string;
  readonly cis2Issuer: string;
  readonly cis1Issuer: string;
  /** Calls the control API; throws on anything but 2xx. */
  control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

export async function startSimulatorProcess(): Promise<SimulatorProcess> {
  const stateDir = await mkdtemp(join(tmpdir(), 'gatehouse-simulator-'));
  const child = fork(join(ROOT, 'apps/simulator/dist/main.js'), [], {
    execArgv: END_WITH_PARENT,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      SIMULATOR_APIM_LISTEN: '127.0.0.1:0',
      SIMULATOR_KMS_LISTEN: '127.0.0.1:0',
      SIMULATOR_OBJECT_STORE_LISTEN: '127.0.0.1:0',
      SIMULATOR_CONTROL_LISTEN: '127.0.0.1:0',
      SIMULATOR_STAFF_LISTEN: '127.0.0.1:0',
      SIMULATOR_CIS2_LISTEN: '127.0.0.1:0',
      SIMULATOR_STATE_DIR: stateDir,
      SIMULATOR_KEY_POOL_DIR: KEY_POOL,
      SIMULATOR_KEY_POOL_SPARE: '4',
    },
  });
  const ready = await firstLine(child, '"simulator":"ready"');
  const addresses = JSON.parse(ready) as Omit<SimulatorProcess, 'control' | 'stop'>;
  return {
    ...addresses,
    async control<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await fetch(addresses.controlUrl + path, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`simulator ${method} ${path}: ${answer.status} ${text}`);
      return (text === '' ? null : JSON.parse(text)) as T;
    },
    async stop() {
      await endProcess(child, 'SIGTERM');
      await returnKeys(join(stateDir, 'kms'));
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Puts the keys of a simulator that has ended back into the pool. The next test has another database and may use them. */
async function returnKeys(folder: string): Promise<void> {
  await mkdir(KEY_POOL, { recursive: true });
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.json') || name === 'aliases.json') continue;
    const { spec, secret } = JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, string>;
    if (spec !== 'RSA_4096') continue;
    const id = randomUUID();
    await writeFile(join(KEY_POOL, `making-${id}`), secret ?? '', { mode: 0o600 });
    await rename(join(KEY_POOL, `making-${id}`), join(KEY_POOL, `spare-${id}`));
  }
}

export interface GatewayProcessOptions {
  readonly testHooks?: boolean | undefined;
  readonly folder?: string | undefined;
  readonly logFile?: string | undefined;
}

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly partner: string;
  readonly admin: string;
  readonly public: string;
  readonly status: string;
  /** Everything that it has logged, as lines of JSON. */
  readonly logs: () => string;
  /** Moves its clock, names a point at which it dies, blocks its event loop or fails a thread; needs test hooks. */
  hook(instruction: {
    clockOffsetMs?: number;
    killAt?: string | null;
    after?: number;
    blockMs?: number;
    failAdmin?: boolean;
  }): Promise<void>;
  /** Resolves with the exit code or the signal. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * @param settings environment variables; the listeners are on free ports unless these say otherwise
 * @param options.folder the folder of the gateway's files; default: this checkout
 * @param options.logFile where its log goes, so that this process needn't read it; default: it is kept in memory
 */
export async function startGatewayProcess(
  settings: Readonly<Record<string, string>>,
  options: GatewayProcessOptions = {},
): Promise<GatewayProcess> {
  const folder = options.folder ?? ROOT;
  const output = options.logFile === undefined ? 'pipe' : openSync(options.logFile, 'a');
  const child = fork(join(folder, 'apps/gateway/dist/bundle/program/main.js'), [], {
    cwd: folder,
    execArgv: [...END_WITH_PARENT, ...(options.testHooks === false ? [] : ['--conditions=gatehouse-test'])],
    stdio: ['ignore', output, output, 'ipc'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      GATEHOUSE_PARTNER_LISTEN: '127.0.0.1:0',
      GATEHOUSE_ADMIN_LISTEN: '127.0.0.1:0',
      GATEHOUSE_PUBLIC_LISTEN: '127.0.0.1:0',
      GATEHOUSE_STATUS_LISTEN: '127.0.0.1:0',
      GATEHOUSE_DRAIN_GRACE_MS: '0',
      // A busy machine is late for reasons of its own.
      GATEHOUSE_MAX_LAG_MS: '600000',
      ...settings,
    },
  });
  if (typeof output === 'number') closeSync(output);
  let kept = '';
  child.stdout?.on('data', (chunk: Buffer) => (kept += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (kept += chunk.toString()));
  const logs = (): string => (options.logFile === undefined ? kept : readFileSync(options.logFile, 'utf8'));
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | string | null)[]) => signal ?? code ?? -1,
  );
  const addresses = JSON.parse(await readyLine(logs, ended)) as Record<string, string>;
  return {
    child,
    partner: addresses['partner'] ?? '',
    admin: addresses['admin'] ?? '',
    public: addresses['public'] ?? '',
    status: addresses['status'] ?? '',
    logs,
    async hook(instruction) {
      const acknowledged = once(child, 'message');
      child.send(instruction);
      await acknowledged;
    },
    ended,
    kill(signal) {
      child.kill(signal);
    },
    async stop() {
      await endProcess(child, 'SIGTERM');
    },
  };
}

/** @throws if the gateway ends before it is ready */
async function readyLine(logs: () => string, ended: Promise<number | string>): Promise<string> {
  const endings: (number | string)[] = [];
  void ended.then((how) => endings.push(how));
  for (;;) {
    const line = logs()
      .split('\n')
      .find((text) => text.includes('"gateway ready"') && text.endsWith('}'));
    if (line !== undefined) return line;
    const [how] = endings;
    if (how !== undefined) throw new Error(`the gateway ended (${how}) before it was ready:\n${logs()}`);
    await delay(LOOK_MS);
  }
}

/** @param settings its environment variables, `DEMO_LISTEN` among them */
export async function startWebProcess(
  settings: Readonly<Record<string, string>>,
): Promise<{ stop(): Promise<void> }> {
  const child = fork(join(ROOT, 'apps/demo/dist/main.js'), [], {
    execArgv: END_WITH_PARENT,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], ...settings },
  });
  await firstLine(child, '"demo":"ready"');
  return { stop: () => endProcess(child, 'SIGTERM') };
}

async function firstLine(child: ChildProcess, mark: string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((candidate) => candidate.includes(mark));
      if (line !== undefined) resolve(line);
    });
    child.once('exit', (code) => {
      reject(new Error(`ended (${code}) before it was ready: ${text}`));
    });
  });
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}
