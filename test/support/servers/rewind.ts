/** Puts the rows of a database back, so that each test finds them as they were while its file uses one gateway. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface MarkedRows {
  /** Puts back every row, in one transaction and without firing a trigger. Sequences go on. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

/** A gateway goes on from the head of its chain, which it knows without reading. */
const NEVER_PUT_BACK = 'audit.writer';

/** Each mark has a schema of its own, and none keeps the rows of another. */
const COPIES = 'marked_';

/** Keeps a copy of all rows in the database itself. */
export async function markRows(superuserUrl: string): Promise<MarkedRows> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string; columns: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name,
       (SELECT string_agg(format('%I', attname), ', ') FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname NOT IN ('pg_catalog', 'information_schema')
       AND format('%I.%I', nspname, relname) <> $1 AND NOT starts_with(nspname, $2)`,
    [NEVER_PUT_BACK, COPIES],
  );
  const copies = COPIES + randomBytes(4).toString('hex');
  await client.query(`CREATE SCHEMA ${copies}`);
  const steps: string[] = [];
  for (const [at, { name, columns }] of tables.entries()) {
    steps.push(`DELETE FROM ${name}`);
    const { rowCount } = await client.query(`CREATE TABLE ${copies}.rows_${at} AS TABLE ${name}`);
    if (rowCount !== 0)
      steps.push(
        `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${copies}.rows_${at}`,
      );
  }
  // To a gateway the registry is then one that was restored to an earlier version.
  const script = [
    'BEGIN',
    'SET LOCAL session_replication_role = replica',
    ...steps,
    'NOTIFY registry',
    'COMMIT',
  ];
  return {
    rewind: async () => void (await client.query(script.join('; '))),
    close: () => client.end(),
  };
}
