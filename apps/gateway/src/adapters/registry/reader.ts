/** Reads the registry from the database: whole, or what changed since a snapshot. */
import pg from 'pg';
import { readRows } from './rows.js';
import { changedState, wholeState, type RegistryState, type ShardChange } from './snapshot.js';

export interface RegistryChange {
  readonly version: number;
  /** Organisations whose shard was replaced. */
  readonly odsCodes: ReadonlySet<string>;
  readonly clientIds: ReadonlySet<string>;
}

export interface RegistryReader {
  version(): Promise<number>;
  /** Everything, or what changed since `from`, at one version. */
  read(from: RegistryState | null): Promise<{ state: RegistryState; change: RegistryChange | null }>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const VERSION_TIMEOUT_MS = 2_000;
/** For one table of a large registry. */
const READ_TIMEOUT_MS = 10_000;

export function registryReader(databaseUrl: string, onError: (error: Error) => void): RegistryReader {
  const readers = poolOf(databaseUrl, READ_TIMEOUT_MS, onError);
  // A connection of its own: a long read must not delay the check for a newer version.
  const pollers = poolOf(databaseUrl, VERSION_TIMEOUT_MS, onError);
  return {
    version: () => readVersion(pollers),
    read: (from) => inSnapshot(readers, (client) => readState(client, from)),
    close: async () => {
      await Promise.all([readers.end(), pollers.end()]);
    },
  };
}

async function readVersion(client: pg.ClientBase | pg.Pool): Promise<number> {
  const { rows } = await client.query<{ version: string }>('SELECT version FROM registry_head');
  if (rows[0] === undefined) throw new Error('The table registry_head is empty.');
  return Number(rows[0].version);
}

async function readState(
  client: pg.ClientBase,
  from: RegistryState | null,
): Promise<{ state: RegistryState; change: RegistryChange | null }> {
  const version = await readVersion(client);
  if (version === from?.snapshot.version) return { state: from, change: null };
  // A lower version means that the database was restored to an earlier time.
  if (from === null || version < from.snapshot.version) {
    const state = wholeState(version, await readRows(client, null));
    const { organisations, clients } = state.snapshot;
    const odsCodes = new Set([...organisations.keys(), ...(from?.snapshot.organisations.keys() ?? [])]);
    const clientIds = new Set([...clients.keys(), ...(from?.snapshot.clients.keys() ?? [])]);
    return { state, change: from && { version, odsCodes, clientIds } };
  }
  const change = await readChange(client, from.snapshot.version, version);
  const { state, odsCodes } = changedState(from, change, await readRows(client, change));
  return { state, change: { version, odsCodes, clientIds: new Set(change.clientIds) } };
}

async function readChange(client: pg.ClientBase, after: number, upTo: number): Promise<ShardChange> {
  const { rows } = await client.query<
    Record<Exclude<keyof ShardChange, 'version' | 'cis2Clients'>, string[] | null> & {
      cis2Clients: boolean | null;
    }
  >(
    `WITH change AS (SELECT * FROM registry_change WHERE version > $1 AND version <= $2)
     SELECT
       -- The organisations of a message set need no reading: their applications are regrouped in memory.
       (SELECT array_agg(DISTINCT code) FROM change, unnest(ods_codes) AS code WHERE table_name <> 'message_set') AS "odsCodes",
       (SELECT array_agg(DISTINCT id::text) FROM change, unnest(client_ids) AS id) AS "clientIds",
       array_agg(DISTINCT row_key) FILTER (WHERE table_name = 'message_set') AS "messageSets",
       array_agg(DISTINCT application_id) FILTER (WHERE application_id IS NOT NULL) AS "applicationIds",
       bool_or(table_name = 'cis2_client' OR coalesce(after, before) ->> 'cis2_client_id' IS NOT NULL) AS "cis2Clients",
       array_agg(before ->> 'jwks_id') FILTER (WHERE table_name = 'application' AND after IS NULL) AS "removedJwksIds"
     FROM change, LATERAL (SELECT CASE table_name
       WHEN 'application' THEN row_key ELSE coalesce(after, before) ->> 'application_id' END AS application_id) AS of`,
    [after, upTo],
  );
  const changed = rows[0];
  return {
    version: upTo,
    odsCodes: changed?.odsCodes ?? [],
    clientIds: changed?.clientIds ?? [],
    messageSets: changed?.messageSets ?? [],
    applicationIds: changed?.applicationIds ?? [],
    removedJwksIds: changed?.removedJwksIds ?? [],
    cis2Clients: changed?.cis2Clients ?? false,
  };
}

async function inSnapshot<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const value = await work(client);
    await client.query('COMMIT');
    client.release();
    return value;
  } catch (error) {
    // The connection is discarded: its transaction is in an unknown state.
    client.release(true);
    throw error;
  }
}

function poolOf(connectionString: string, queryTimeoutMs: number, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    application_name: 'gatehouse registry',
  });
  pool.on('error', onError);
  return pool;
}
