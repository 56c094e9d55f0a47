/**
 * Real databases for tests: one server for a whole run, one migrated template, and a cheap copy of it for each test
 * file. Under vitest `postgres-server.ts` (globalSetup) starts the server; elsewhere the first call does.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@gatehouse/db/migrate';
import pg from 'pg';
import {
  createRoles,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../../../tools/postgres/embedded-postgres.ts';
import { scratchHome } from '../../../tools/scratch.mjs';

export const OWNER = 'gatehouse_owner';
export const RUNNING_ROLE = 'gatehouse_app';
export const ROLE_PASSWORD = 'gatehouse-local';
const TEMPLATE = 'gatehouse_template';
const CONFIRM_COPY = `UPDATE public.database_home
  SET database_oid = (SELECT oid FROM pg_database WHERE datname = current_database())`;
/** Holds the superuser's URL of a server that another process started and will stop. */
export const SERVER_VARIABLE = 'GATEHOUSE_TEST_POSTGRES';

export interface TestDatabase {
  readonly name: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly superuserUrl: string;
  /** Ends its connections and drops it. */
  drop(): Promise<void>;
}

export interface TestServer {
  readonly superuserUrl: string;
  stop(): Promise<void>;
}

/** A server that a test can crash and restart. */
export interface FragileServer extends TestServer {
  /** Stops it as abruptly as a power cut (`pg_ctl stop -m immediate`). */
  crash(): Promise<void>;
  /** Starts it again after a crash, with the same data on the same port. */
  restart(): Promise<void>;
}

let shared: Promise<TestServer> | undefined;

/**
 * A separate server with roles and template, for tests that stop the server while the gateway uses it.
 * @param settings of PostgreSQL
 */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<FragileServer> {
  const folder = await mkdtemp(join(scratchHome(), 'gatehouse-postgres-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    let server = await startEmbeddedPostgres({ dataDir: folder, persistent: false, settings });
    const { port, superuserUrl } = server;
    let crashedIn: string | null = null;
    const stop = async () => {
      try {
        await (crashedIn === null ? server.stop() : rm(crashedIn, { recursive: true }));
      } finally {
        await removeFolder();
      }
    };
    await makeTemplate(superuserUrl).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return {
      superuserUrl,
      stop,
      async crash() {
        crashedIn = await dataDirectory(superuserUrl);
        const pid = Number((await readFile(join(crashedIn, 'postmaster.pid'), 'utf8')).split('\n')[0]);
        process.kill(pid, 'SIGQUIT');
        while (isAlive(pid)) await delay(10);
      },
      async restart() {
        server = await startEmbeddedPostgres({ dataDir: folder, persistent: false, port, settings });
        crashedIn = null;
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function dataDirectory(superuserUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  await client.end();
  return rows[0]?.data_directory ?? '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Creates an empty, migrated database, which takes about 0.1 s. */
export async function createDatabase(on?: TestServer): Promise<TestDatabase> {
  const database = await copyTemplate(on);
  // As `gatehouse migrate` would: a gateway refuses a copy until it is confirmed.
  const copy = new pg.Client({ connectionString: database.superuserUrl });
  await copy.connect();
  await copy.query(CONFIRM_COPY);
  await copy.end();
  return database;
}

/** Creates the same, but unconfirmed, for tests that start no gateway on it: it costs a connection less. */
export async function copyTemplate(on?: TestServer): Promise<TestDatabase> {
  const { superuserUrl } = on ?? (await sharedServer());
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Copied as files, a database takes a third of the time that it takes by way of the write-ahead log.
  await statement(
    superuserUrl,
    `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER ${OWNER} STRATEGY file_copy`,
  );
  return {
    name,
    ownerUrl: urlOf(superuserUrl, name, OWNER),
    appUrl: urlOf(superuserUrl, name, RUNNING_ROLE),
    superuserUrl: urlOf(superuserUrl, name),
    drop: async () => {
      await statement(superuserUrl, untilDisconnected(name));
      await statement(superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Waits up to a second, since a connection that is just closing would otherwise report that the server ended it. */
function untilDisconnected(name: string): string {
  return `DO $$ BEGIN
    FOR turn IN 1..50 LOOP
      PERFORM pg_stat_clear_snapshot();
      EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${name}');
      PERFORM pg_sleep(0.02);
    END LOOP;
  END $$`;
}

/** Stops the server if this process started it. */
export async function stop(): Promise<void> {
  const server = await shared;
  shared = undefined;
  await server?.stop();
}

/** Creates an empty database without the schema, for tests of migrations. */
export async function createEmptyDatabase(on?: TestServer): Promise<TestDatabase> {
  const { superuserUrl } = on ?? (await sharedServer());
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await ensureDatabase(superuserUrl, name, OWNER);
  return {
    name,
    ownerUrl: urlOf(superuserUrl, name, OWNER),
    appUrl: urlOf(superuserUrl, name, RUNNING_ROLE),
    superuserUrl: urlOf(superuserUrl, name),
    drop: async () => {
      await statement(superuserUrl, untilDisconnected(name));
      await statement(superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function sharedServer(): Promise<TestServer> {
  const superuserUrl = process.env[SERVER_VARIABLE];
  if (superuserUrl !== undefined) return Promise.resolve({ superuserUrl, stop: () => Promise.resolve() });
  shared ??= startServer();
  return shared;
}

/** Creates the roles and the migrated template of a server on which databases are to be created. */
export async function makeTemplate(superuserUrl: string): Promise<void> {
  await createRoles(superuserUrl, { [OWNER]: ROLE_PASSWORD, [RUNNING_ROLE]: ROLE_PASSWORD });
  await ensureDatabase(superuserUrl, TEMPLATE, OWNER);
  await migrate(urlOf(superuserUrl, TEMPLATE, OWNER), { runningRole: RUNNING_ROLE });
}

function urlOf(superuserUrl: string, database: string, role?: string): string {
  const url = new URL(superuserUrl);
  url.pathname = `/${database}`;
  if (role !== undefined) Object.assign(url, { username: role, password: ROLE_PASSWORD });
  return url.href;
}

const connections = new Map<string, pg.Pool>();

/** Over one connection for each server, which doesn't keep the process alive. */
async function statement(url: string, sql: string): Promise<void> {
  let pool = connections.get(url);
  if (pool === undefined) {
    pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true });
    // A test may stop the server meanwhile.
    pool.on('error', () => undefined);
    connections.set(url, pool);
  }
  await pool.query(sql);
}
