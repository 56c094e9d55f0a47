/**
 * Real databases for tests: one server for a whole run, one migrated template, one cheap copy of it a test file.
 * Under vitest the server is started by `postgres-server.ts` (globalSetup); elsewhere by the first call.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@gatehouse/db/migrate';
import pg from 'pg';
import { createRoles, ensureDatabase, startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';

export const OWNER = 'gatehouse_owner';
export const RUNNING_ROLE = 'gatehouse_app';
const ROLE_PASSWORD = 'gatehouse-local';
const TEMPLATE = 'gatehouse_template';
/** Holds the superuser's URL of a server that someone else started and will stop. */
export const SERVER_VARIABLE = 'GATEHOUSE_TEST_POSTGRES';

export interface TestDatabase {
  readonly name: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly superuserUrl: string;
  /** Ends its connections and removes it. */
  drop(): Promise<void>;
}

export interface TestServer {
  readonly superuserUrl: string;
  stop(): Promise<void>;
}

let shared: Promise<TestServer> | undefined;

/** A server of its own with roles and template; for tests that stop the server under the gateway. */
export async function startServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await startEmbeddedPostgres({ dataDir: folder, persistent: false });
    const stop = () => server.stop().finally(removeFolder);
    await makeTemplate(server.superuserUrl).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { superuserUrl: server.superuserUrl, stop };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

/** An empty, migrated database: about 0.1 s. */
export async function createDatabase(on?: TestServer): Promise<TestDatabase> {
  const { superuserUrl } = on ?? (await sharedServer());
  const name = `test_${randomBytes(6).toString('hex')}`;
  await statement(superuserUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER ${OWNER}`);
  return {
    name,
    ownerUrl: urlOf(superuserUrl, name, OWNER),
    appUrl: urlOf(superuserUrl, name, RUNNING_ROLE),
    superuserUrl: urlOf(superuserUrl, name),
    drop: () => statement(superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Stops the server if this process started it. */
export async function stop(): Promise<void> {
  const server = await shared;
  shared = undefined;
  await server?.stop();
}

/** An empty database without the schema, for tests of migrations. */
export async function createEmptyDatabase(on?: TestServer): Promise<TestDatabase> {
  const { superuserUrl } = on ?? (await sharedServer());
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await ensureDatabase(superuserUrl, name, OWNER);
  return {
    name,
    ownerUrl: urlOf(superuserUrl, name, OWNER),
    appUrl: urlOf(superuserUrl, name, RUNNING_ROLE),
    superuserUrl: urlOf(superuserUrl, name),
    drop: () => statement(superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function sharedServer(): Promise<TestServer> {
  const given = process.env[SERVER_VARIABLE];
  if (given !== undefined) return Promise.resolve({ superuserUrl: given, stop: () => Promise.resolve() });
  shared ??= startServer();
  return shared;
}

async function makeTemplate(superuserUrl: string): Promise<void> {
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

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
