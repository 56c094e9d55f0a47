/**
 * Indexes that are built while the gateway serves. A migration whose first line is the mark below holds plain
 * `CREATE INDEX` statements and nothing else. Prisma's own tool runs them as they are, and blocks every write meanwhile;
 * `gatehouse migrate` builds the same indexes beside the writes, a partition at a time (ADR 7).
 */
import type pg from 'pg';
import { withoutHoldingUp, type Log } from './short-locks.js';

export const ONLINE_MARK = '-- gatehouse: indexes built while the gateway serves';

export interface OnlineIndex {
  readonly isUnique: boolean;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** Columns and what follows them, from the opening bracket or `USING` on. */
  readonly definition: string;
}

const STATEMENT =
  /^CREATE (?<unique>UNIQUE )?INDEX (?<name>[a-z_][a-z0-9_]*) ON (?<schema>[a-z_][a-z0-9_]*)\.(?<table>[a-z_][a-z0-9_]*) (?<definition>(?:USING |\().*)$/s;
/** PostgreSQL cuts longer names, and two that are cut alike would be one. */
const LONGEST_NAME = 63;
const PROGRESS_MS = 10_000;

/**
 * @returns undefined for a migration without the mark
 * @throws Error that shows the first statement which is no `CREATE INDEX name ON schema.table (…)`
 */
export function onlineIndexes(sql: string): OnlineIndex[] | undefined {
  const [firstLine, ...lines] = sql.split('\n');
  if (firstLine?.trim() !== ONLINE_MARK) return undefined;
  const statements = lines
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  return statements.map((statement) => {
    const { unique, name, schema, table, definition } = STATEMENT.exec(statement)?.groups ?? {};
    if (name === undefined || schema === undefined || table === undefined || definition === undefined)
      throw new Error(
        `A migration with indexes built while the gateway serves holds nothing but “CREATE INDEX name ON schema.table (…);”. This is something else: ${statement}`,
      );
    return { isUnique: unique !== undefined, schema, table, name, definition };
  });
}

/**
 * Builds the index, or what an earlier run has left of it. Calls go on meanwhile: nothing waits for longer than a short
 * lock.
 * @param client of the owner, outside a transaction
 * @param watcher another connection, which reads how far the build is
 */
export async function buildOnline(
  client: pg.Client,
  watcher: pg.Client,
  index: OnlineIndex,
  log: Log,
): Promise<void> {
  const { schema, table, name, definition } = index;
  if (!(await isPartitioned(client, index))) {
    await buildOne(client, watcher, index, log);
    return;
  }
  await withoutHoldingUp(client, `${schema}.${table}`, log, () =>
    client.query(`${createOf(index)} IF NOT EXISTS ${name} ON ONLY ${schema}.${table} ${definition}`),
  );
  // A partition that is made meanwhile is found in the next turn.
  let waiting = await partitionsWithout(client, index);
  while (waiting.length > 0) {
    for (const [n, partition] of waiting.entries()) {
      const part = { ...index, table: partition, name: nameOnPartition(index, partition) };
      log(`${name}: partition ${partition}, ${String(n + 1)} of ${String(waiting.length)}`);
      await buildOne(client, watcher, part, log);
      await withoutHoldingUp(client, `${schema}.${partition}`, log, () =>
        client.query(`ALTER INDEX ${schema}.${name} ATTACH PARTITION ${schema}.${part.name}`),
      );
    }
    waiting = await partitionsWithout(client, index);
  }
}

async function buildOne(client: pg.Client, watcher: pg.Client, index: OnlineIndex, log: Log): Promise<void> {
  const { schema, table, name, definition } = index;
  const { rows } = await client.query<{ valid: boolean }>(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)`,
    [`${schema}.${name}`],
  );
  if (rows[0]?.valid === true) return;
  // A build that was interrupted leaves an index that costs every write and serves no query.
  if (rows.length > 0) await client.query(`DROP INDEX CONCURRENTLY ${schema}.${name}`);
  const stop = reportProgress(client, watcher, name, log);
  try {
    await client.query(`${createOf(index)} CONCURRENTLY ${name} ON ${schema}.${table} ${definition}`);
  } finally {
    await stop();
  }
}

const createOf = ({ isUnique }: OnlineIndex): string => `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX`;

async function isPartitioned(client: pg.Client, { schema, table }: OnlineIndex): Promise<boolean> {
  const { rows } = await client.query<{ partitioned: boolean }>(
    `SELECT relkind = 'p' AS partitioned FROM pg_class WHERE oid = $1::regclass`,
    [`${schema}.${table}`],
  );
  return rows[0]?.partitioned === true;
}

/** The partitions whose index isn't part of the table's yet, in the order of their names. */
async function partitionsWithout(client: pg.Client, { schema, table, name }: OnlineIndex): Promise<string[]> {
  const { rows } = await client.query<{ partition: string }>(
    `SELECT relname AS partition
     FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
     WHERE inhparent = $1::regclass AND NOT EXISTS (
       SELECT FROM pg_inherits AS attached JOIN pg_index ON indexrelid = attached.inhrelid
       WHERE attached.inhparent = $2::regclass AND indrelid = part.oid)
     ORDER BY relname`,
    [`${schema}.${table}`, `${schema}.${name}`],
  );
  return rows.map(({ partition }) => partition);
}

/** `event_2026_11` of `event` has `NAME_2026_11`. */
function nameOnPartition({ table, name }: OnlineIndex, partition: string): string {
  const suffix = partition.startsWith(`${table}_`) ? partition.slice(table.length) : `_${partition}`;
  const full = `${name}${suffix}`;
  if (full.length > LONGEST_NAME)
    throw new Error(
      `The index ${name} needs a shorter name: ${full} is longer than ${String(LONGEST_NAME)}.`,
    );
  return full;
}

/** Says every ten seconds how far the build is. */
function reportProgress(client: pg.Client, watcher: pg.Client, name: string, log: Log): () => Promise<void> {
  const pid = (client as pg.Client & { readonly processID: number }).processID;
  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading
      .then(() =>
        watcher.query<{ phase: string; percent: string | null }>(
          `SELECT phase, round(100.0 * blocks_done / nullif(blocks_total, 0)) AS percent
           FROM pg_stat_progress_create_index WHERE pid = $1`,
          [pid],
        ),
      )
      .then(({ rows: [row] }) => {
        if (row !== undefined)
          log(`${name}: ${row.phase}${row.percent === null ? '' : `, ${row.percent} % of the blocks`}`);
      })
      // Progress is for people to read; the build doesn't need it.
      .catch(() => undefined);
  }, PROGRESS_MS);
  return async () => {
    clearInterval(timer);
    await reading;
  };
}
