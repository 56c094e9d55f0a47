/** Debian's PostgreSQL for a drill: a primary on a disk, and a standby that can be promoted. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { debianPostgres, type PostgresPrograms } from '../../tools/postgres/debian-postgres.mjs';
import { freePort } from '../../tools/start/free-port.ts';
import type { TestServer } from '../support/servers/postgres.ts';

const execute = promisify(execFile);
/** On a disk, as a database is, and reachable for the user that PostgreSQL runs as. */
const HOME = '/var/tmp/gatehouse-drill-';
const PASSWORD = 'gatehouse-local';
const START_MS = 30_000;

export interface DrillPostgres extends TestServer {
  readonly version: string;
  readonly port: number;
  /** Ends it as abruptly as a power cut, and for good. */
  crash(): Promise<void>;
  /** Makes a primary of a standby. Resolves once it takes writes. */
  promote(): Promise<void>;
}

/** @throws Error that says how to get PostgreSQL 15 */
export function programs(): PostgresPrograms {
  const found = debianPostgres();
  if (found === undefined)
    throw new Error(
      'This drill needs PostgreSQL 15 with pg_dump, pg_restore and pg_basebackup. On Debian 12: apt-get install postgresql-15. Elsewhere set POSTGRES_HOME to the folder of these programs.',
    );
  return found;
}

/** Runs pg_dump or another program as the user who started the drill. @throws with what it printed if it fails */
export async function runProgram(name: string, args: readonly string[]): Promise<void> {
  const { folder, env } = programs();
  await execute(join(folder, name), args, { env: { ...process.env, ...env } });
}

/** Starts an empty cluster. */
export async function startPrimary(settings: Readonly<Record<string, string>> = {}): Promise<DrillPostgres> {
  const data = await dataFolder();
  const passwordFile = `${data}.password`;
  await writeFile(passwordFile, PASSWORD);
  try {
    await asServer('initdb', [
      ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--encoding=UTF8', '--locale=C'],
    ]);
  } finally {
    await rm(passwordFile);
  }
  return start(data, settings);
}

/** Copies a running primary and follows it. */
export async function startStandby(primary: DrillPostgres, name: string): Promise<DrillPostgres> {
  const data = await dataFolder();
  const source = new URL(primary.superuserUrl);
  source.searchParams.set('application_name', name);
  await asServer('pg_basebackup', ['-d', source.href, '-D', data, '-R', '-X', 'stream', '-c', 'fast']);
  return start(data, {});
}

async function start(data: string, settings: Readonly<Record<string, string>>): Promise<DrillPostgres> {
  const { folder, env, version } = programs();
  const port = await freePort();
  const options = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    ...settings,
  };
  const server = spawn(
    join(folder, 'postgres'),
    ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { stdio: 'ignore', env: { ...process.env, ...env }, ...user() },
  );
  // Whatever ends this process ends the server, too.
  const atExit = (): void => {
    server.kill('SIGQUIT');
    rmSync(data, { recursive: true, force: true });
  };
  process.on('exit', atExit);
  const superuserUrl = `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  await untilAnswers(superuserUrl, server);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill(signal);
      await ended;
    }
  };
  return {
    version,
    port,
    superuserUrl,
    crash: () => end('SIGQUIT'),
    async promote() {
      await query(superuserUrl, 'SELECT pg_promote(true, 30)');
    },
    async stop() {
      await end('SIGINT');
      process.off('exit', atExit);
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(url: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      return await query(url, 'SELECT 1');
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline)
        throw new Error('PostgreSQL did not start', { cause: error });
      await delay(50);
    }
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(HOME);
  const { uid, gid } = user();
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  await chmod(folder, 0o700);
  return folder;
}

async function asServer(name: string, args: readonly string[]): Promise<void> {
  const { folder, env } = programs();
  await execute(join(folder, name), args, { cwd: '/', env: { ...process.env, ...env }, ...user() });
}

/** PostgreSQL refuses to run as root. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string, name: string): number =>
    Number(spawnSync('id', [option, name], { encoding: 'utf8' }).stdout);
  const name = idOf('-u', 'postgres') > 0 ? 'postgres' : 'nobody';
  return { uid: idOf('-u', name), gid: idOf('-g', name) };
}
