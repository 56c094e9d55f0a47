/** What it costs to read a large registry: all of it at the start, and again after one change. */
import pg from 'pg';
import { openRegistry } from '../../apps/gateway/dist/adapters/registry/registry.js';
import { fillRegistry, REGISTRY_CHANGES } from './registry-data.ts';
import { createDatabase } from '../support/servers/postgres.ts';
import type { Later } from './benchmark.ts';

const ORGANISATIONS = 1_000;

/** Time on the clock, and the CPU time of this process, which reads the registry as the gateway does. */
async function print(name: string, read: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await read();
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  console.log(
    `  ${name.padEnd(16)} ${ms.toFixed(0).padStart(5)} ms, CPU ${((user + system) / 1_000).toFixed(0).padStart(5)} ms`,
  );
}

export async function registry(later: Later): Promise<void> {
  const database = await createDatabase();
  later(() => database.drop());
  await fillRegistry(database, ORGANISATIONS);
  const pool = new pg.Pool({ connectionString: database.appUrl });
  later(() => pool.end());
  const open = () => openRegistry({ databaseUrl: database.appUrl, onError: console.error });

  console.log(`registry of ${ORGANISATIONS} organisations and ${ORGANISATIONS * 3} applications`);
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  await print('all of it', async () => (opened = await open()));
  later(async () => opened?.close());
  for (const [name, sql] of Object.entries(REGISTRY_CHANGES)) {
    await pool.query(sql);
    const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
    await print(name, async () => opened?.refresh(Number(rows[0]?.version)));
  }
}
