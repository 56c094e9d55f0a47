/** What figures depend on, so that nobody compares those of two machines. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import pg from 'pg';
import { createDatabase } from '../support/servers/postgres.ts';
import { IS_PINNED } from './servers/programs.ts';

export interface Machine {
  readonly at: string;
  readonly processor: string;
  readonly memory: string;
  readonly node: string;
  readonly postgres: string;
  readonly pinned: string;
  /** Other work on the machine makes rounds differ; processor time a request hardly changes. */
  readonly load: string;
}

export async function machine(): Promise<Machine> {
  const database = await createDatabase();
  const client = new pg.Client(database.superuserUrl);
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  await database.drop();
  return {
    at: new Date().toISOString(),
    processor: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: `Node ${process.version}`,
    postgres: `PostgreSQL ${rows[0]?.server_version}`,
    pinned: IS_PINNED ? 'server on one core, load and upstream on another' : 'nothing pinned',
    load: `load average ${loadavg()[0]?.toFixed(1)} before the run`,
  };
}
