/** What PostgreSQL spends. */
import type pg from 'pg';
import { childrenOf, parentOf, watchCpu } from './cpu.ts';

export interface DatabaseUse {
  readonly cpuUs: number;
  /** By which the database grew. */
  readonly bytes: number;
  readonly walBytes: number;
}

/** Starts to count. @returns what all processes of the server have used since then */
export async function watchDatabase(sql: pg.Pool): Promise<() => Promise<DatabaseUse>> {
  const before = await read(sql);
  const postmaster = parentOf(before.pid);
  const usedUs = watchCpu(() => [postmaster, ...childrenOf(postmaster)]);
  return async () => {
    const cpuUs = usedUs();
    const after = await read(sql);
    return {
      cpuUs,
      bytes: after.bytes - before.bytes,
      walBytes: after.wal - before.wal,
    };
  };
}

async function read(sql: pg.Pool): Promise<{ pid: number; bytes: number; wal: number }> {
  const { rows } = await sql.query<{ pid: number; bytes: string; wal: string }>(
    `SELECT pg_backend_pid() AS pid, pg_database_size(current_database()) AS bytes,
      pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal`,
  );
  const [row] = rows;
  return { pid: row?.pid ?? 0, bytes: Number(row?.bytes), wal: Number(row?.wal) };
}
