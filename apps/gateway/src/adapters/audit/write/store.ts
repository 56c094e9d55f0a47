/** The SQL statements of one chain, and PostgreSQL's errors. */
import pg from 'pg';
import { EMPTY_CHAIN, link, recordAt, type EncodedRecord, type Head, type SealedSubject } from './chain.js';

/** One row to write. */
export interface Row {
  readonly record: EncodedRecord;
  readonly subjects: readonly SealedSubject[];
  /** The session of the user whose call this is. */
  readonly userSessionId?: string | null;
}

export interface Appended {
  /** False if the head of the chain was not the expected one; then nothing was written. */
  readonly written: boolean;
  readonly registryVersion: number;
  /** Versions of the user sessions asked about, without those that have ended. */
  readonly userSessions: ReadonlyMap<string, number>;
}

export interface ReadHead extends Head {
  readonly epoch: number;
  readonly state: string;
  readonly registryVersion: number;
}

export async function registerWriter(
  client: pg.Client,
  writer: string,
  host: string,
  ttlMs: number,
): Promise<void> {
  await client.query(
    `INSERT INTO audit.writer (writer, seq, hash, lease_until, host, state)
     VALUES ($1, 0, $2, clock_timestamp() + $3 * interval '1 millisecond', $4, 'live')`,
    [writer, EMPTY_CHAIN.hash, ttlMs, host],
  );
}

// One statement, and so one commit: the head moves by compare-and-set, and the rows are written only if it has moved.
// It renews the lease as well, so that only a live writer can commit.
const APPEND = `
WITH head AS (
  UPDATE audit.writer
     SET seq = $2, hash = $3, open_from = $4, lease_until = clock_timestamp() + $5 * interval '1 millisecond'
   WHERE writer = $1 AND seq = $6 AND hash = $7 AND epoch = $8 AND state = 'live'
  RETURNING writer
), rows AS (
  SELECT r, p, h, timestamptz 'epoch' + (r ->> 'startedAtMs')::bigint * interval '1 millisecond' AS started_at
    FROM jsonb_to_recordset($9::jsonb) AS x (r jsonb, p bytea, h bytea)
   WHERE EXISTS (SELECT FROM head)
), written AS (
  INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
  SELECT $1, (r ->> 'seq')::bigint, started_at, r ->> 'kind', (r ->> 'attemptId')::uuid, p, h, r FROM rows
)
SELECT (SELECT count(*)::int FROM head) AS heads, (SELECT version FROM public.registry_head WHERE id = 1) AS version,
  (SELECT jsonb_object_agg(id, version) FROM public.user_session WHERE id = ANY ($10::uuid[]) AND ended_at IS NULL)
    AS "userSessions"`;

const APPEND_WITH_SUBJECTS = APPEND.replace(
  '\n)\nSELECT (SELECT count',
  `
), subjects AS (
  INSERT INTO audit.subject (started_at, attempt_id, event_kind, ods_code, kind, hash, sealed, key_id)
  SELECT rows.started_at, (r ->> 'attemptId')::uuid, r ->> 'kind', s.o, s.k, s.h, s.v, s.i
    FROM jsonb_to_recordset($11::jsonb) AS s (q bigint, o text, k text, h bytea, v bytea, i uuid)
    JOIN rows ON (r ->> 'seq')::bigint = s.q
)
SELECT (SELECT count`,
);

/** Rows with their hashes, ready to be appended to a chain. */
export interface Chained {
  readonly from: Head;
  readonly head: Head;
  readonly rowsJson: string;
  readonly subjectsJson: string | null;
  /** The sessions of the users whose calls these are. */
  readonly userSessionIds: readonly string[];
}

export interface AppendOptions {
  readonly writer: string;
  readonly epoch: number;
  readonly openFrom: number;
  readonly ttlMs: number;
}

export async function append(client: pg.Client, chained: Chained, options: AppendOptions): Promise<Appended> {
  const { from, head, rowsJson, subjectsJson, userSessionIds } = chained;
  const { writer, epoch, openFrom, ttlMs } = options;
  const place = [writer, head.seq, head.hash, openFrom, ttlMs, from.seq, from.hash, epoch];
  const bare = [...place, rowsJson, userSessionIds];
  const query =
    subjectsJson === null
      ? { name: 'audit-append', text: APPEND, values: bare }
      : { name: 'audit-append-subjects', text: APPEND_WITH_SUBJECTS, values: [...bare, subjectsJson] };
  const result = await client.query<{
    heads: number;
    version: string | null;
    userSessions: Record<string, number> | null;
  }>(query);
  const answer = result.rows[0];
  return {
    written: answer?.heads === 1,
    registryVersion: version(answer?.version),
    userSessions: new Map(Object.entries(answer?.userSessions ?? {})),
  };
}

/**
 * The head of the chain. It is final, since the new epoch keeps every earlier statement from committing.
 * Null if the writer is unknown.
 */
export async function settleHead(client: pg.Client, writer: string): Promise<ReadHead | null> {
  const result = await client.query<{
    seq: string;
    hash: Buffer;
    epoch: string;
    state: string;
    version: string | null;
  }>(
    `UPDATE audit.writer SET epoch = epoch + 1 WHERE writer = $1
     RETURNING seq, hash, epoch, state, (SELECT version FROM public.registry_head WHERE id = 1) AS version`,
    [writer],
  );
  const row = result.rows[0];
  if (row === undefined) return null;
  const { hash, state } = row;
  return {
    seq: Number(row.seq),
    hash,
    epoch: Number(row.epoch),
    state,
    registryVersion: version(row.version),
  };
}

export async function readRegistryVersion(client: pg.Client): Promise<number> {
  const result = await client.query<{ version: string }>(
    'SELECT version FROM public.registry_head WHERE id = 1',
  );
  return version(result.rows[0]?.version);
}

/** False if the writer is no longer live. */
export async function renewLease(client: pg.Client, writer: string, ttlMs: number): Promise<boolean> {
  const result = await client.query(
    `UPDATE audit.writer SET lease_until = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE writer = $1 AND state = 'live'`,
    [writer, ttlMs],
  );
  return result.rowCount === 1;
}

/** Ends a chain: 'closed' if no attempt is open. Otherwise its lease ends now, and a sweeper closes the open ones. */
export async function closeWriter(client: pg.Client, writer: string, nothingOpen: boolean): Promise<void> {
  await client.query(
    `UPDATE audit.writer SET state = CASE WHEN $2 THEN 'closed' ELSE state END, lease_until = clock_timestamp()
      WHERE writer = $1 AND state = 'live'`,
    [writer, nothingOpen],
  );
}

/** True if PostgreSQL rejected the data itself (constraint, trigger, value), so that another row may be accepted. */
export function isRefusal(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && ['09', '21', '22', '23', '27', '44', 'P0'].includes(state.slice(0, 2));
}

/**
 * True if PostgreSQL answers but takes no row at all: no space or memory (class 53), an error of its disk (58), or a
 * missing right (42). Another connection will not help.
 */
export function takesNoRows(error: unknown): boolean {
  return ['42', '53', '58'].includes(sqlState(error)?.slice(0, 2) ?? '');
}

export function isDuplicate(error: unknown): boolean {
  return sqlState(error) === '23505';
}

function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError && error.code !== undefined ? error.code : null;
}

/** A version that can't be read counts as newer than any snapshot, so that no call is sent under it. */
function version(text: string | null | undefined): number {
  return text === null || text === undefined ? Number.MAX_SAFE_INTEGER : Number(text);
}

export function chainRows(from: Head, rows: readonly Row[]): Chained {
  let { seq, hash } = from;
  const parts = rows.map((row) => {
    seq += 1;
    const previous = hash;
    const canonical = recordAt(row.record, seq);
    hash = link(previous, canonical);
    return `{"r":${canonical},"p":"${hexLiteral(previous)}","h":"${hexLiteral(hash)}"}`;
  });
  return {
    from,
    head: { seq, hash },
    rowsJson: `[${parts.join(',')}]`,
    subjectsJson: subjectsJson(from.seq, rows),
    userSessionIds: rows.flatMap(({ userSessionId }) => userSessionId ?? []),
  };
}

function subjectsJson(fromSeq: number, rows: readonly Row[]): string | null {
  const parts = rows.flatMap((row, index) =>
    row.subjects.map((subject) => {
      const { odsCode, kind, keyId, hash, sealed } = subject;
      const bytes = `"h":"${hexLiteral(hash)}","v":"${hexLiteral(sealed)}"`;
      return `{"q":${String(fromSeq + index + 1)},"o":${JSON.stringify(odsCode)},"k":"${kind}","i":"${keyId}",${bytes}}`;
    }),
  );
  return parts.length === 0 ? null : `[${parts.join(',')}]`;
}

/** PostgreSQL's hex form of bytea, inside a JSON string. */
function hexLiteral(bytes: Buffer): string {
  return `\\\\x${bytes.toString('hex')}`;
}
