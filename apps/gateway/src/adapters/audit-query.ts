/**
 * Reading the trail for those with the scope `audit`. A search answers whole attempts: what is asked of the
 * request (organisation, client …) is looked for in the INTENT, DENIED or SYSTEM row, what became of it in the
 * OUTCOME. Each use is to be audited by the caller (AUDIT_SEARCH).
 */
import type { AuditOutcome, Subject } from '@gatehouse/domain/audit';
import type pg from 'pg';
import type { SubjectSealer } from './audit-subjects.js';

export interface AuditFilter {
  readonly odsCode?: string | undefined;
  readonly environment?: string | undefined;
  readonly clientId?: string | undefined;
  /** Any of these; none of them finds nothing. */
  readonly clientIds?: readonly string[] | undefined;
  /** Kind of the attempt's first row: INTENT, DENIED or SYSTEM, or of one that followed. */
  readonly kind?: string | undefined;
  readonly bindingId?: string | undefined;
  readonly interaction?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Code of a refusal or failure. */
  readonly code?: string | undefined;
  /** Name of a SYSTEM event. */
  readonly event?: string | undefined;
  /** Start of the attempt, epoch ms: from (inclusive) and to (exclusive). */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly upstreamRequestId?: string | undefined;
  /** An NHS number or UBRN; hashed before it reaches the database. */
  readonly subject?: Subject | undefined;
  /** Keyed hashes of a subject, any of which counts. */
  readonly subjectHashes?: readonly Buffer[] | undefined;
}

export interface AuditRow {
  readonly writer: string;
  readonly seq: number;
  readonly kind: string;
  readonly attemptId: string;
  readonly startedAtMs: number;
  /** Hex. */
  readonly hash: string;
  readonly prevHash: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface AuditAttempt {
  readonly startedAtMs: number;
  readonly attemptId: string;
  /** The rows of the attempt, in the order INTENT, OUTCOME, END. */
  readonly rows: readonly AuditRow[];
}

export interface AuditPage {
  /** Newest first. */
  readonly attempts: readonly AuditAttempt[];
  /** For the next page; null when this is the last. */
  readonly next: string | null;
}

export interface AuditReader {
  readonly database: pg.Pool;
  readonly sealer: Pick<SubjectSealer, 'hash' | 'organisations'>;
}

/** @throws RangeError for a cursor that isn't ours. */
export async function searchAudit(
  reader: AuditReader,
  filter: AuditFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<AuditPage> {
  const where = await conditions(reader, filter);
  if (page.cursor !== undefined) {
    const { startedAtMs, writer, seq } = decodeCursor(page.cursor);
    where.add(
      (at) =>
        `(e.started_at, e.writer, e.seq) < (${epochMs(at(startedAtMs))}, ${at(writer)}::uuid, ${at(seq)})`,
    );
  }
  const limit = where.parameter(page.limit + 1);
  const found = await reader.database.query<FoundRow>(
    `SELECT ${COLUMNS('e')} FROM audit.event e
      WHERE e.kind IN ('INTENT', 'DENIED', 'SYSTEM')${where.sql()}
      ORDER BY e.started_at DESC, e.writer DESC, e.seq DESC LIMIT ${limit}`,
    where.parameters,
  );
  const bases = found.rows.slice(0, page.limit).map(toRow);
  const last = bases.at(-1);
  const later = await outcomesOf(reader, bases);
  return {
    attempts: bases.map((base) => ({
      startedAtMs: base.startedAtMs,
      attemptId: base.attemptId,
      rows: [
        base,
        ...later.filter((row) => row.attemptId === base.attemptId && row.startedAtMs === base.startedAtMs),
      ],
    })),
    next: found.rows.length > page.limit && last !== undefined ? encodeCursor(last) : null,
  };
}

export interface Followed {
  /** In each chain's order of writing. */
  readonly rows: readonly AuditRow[];
  /** For the next poll. */
  readonly cursor: string;
}

/**
 * What was written since the last poll; the first call (no cursor) answers nothing but a cursor. Goes by the
 * chains' own order, so that no row is missed however late it was committed.
 * @throws RangeError for a cursor that isn't ours.
 */
export async function followAudit(
  reader: AuditReader,
  filter: AuditFilter,
  cursor: string | undefined,
  limit = 500,
): Promise<Followed> {
  if (cursor === undefined) return { rows: [], cursor: await cursorNow(reader.database) };
  const since = decodeFollowCursor(cursor);
  const writers = await reader.database.query<{ writer: string; seq: string }>(
    'SELECT writer, seq FROM audit.writer WHERE writer = ANY($1::uuid[]) OR started_at >= ' + epochMs('$2'),
    [Object.keys(since.heads), since.fromMs],
  );
  const heads = { ...since.heads };
  const rows: AuditRow[] = [];
  for (const { writer, seq } of writers.rows) {
    const fromSeq = heads[writer] ?? 0;
    const toSeq = Math.min(Number(seq), fromSeq + limit);
    heads[writer] = toSeq;
    if (toSeq > fromSeq) rows.push(...(await rowsBetween(reader, filter, writer, fromSeq, toSeq)));
  }
  return { rows, cursor: encode({ fromMs: since.fromMs, heads }) };
}

async function rowsBetween(
  reader: AuditReader,
  filter: AuditFilter,
  writer: string,
  fromSeq: number,
  toSeq: number,
): Promise<readonly AuditRow[]> {
  const where = await conditions(reader, filter);
  where.add((at) => `r.writer = ${at(writer)}::uuid AND r.seq > ${at(fromSeq)} AND r.seq <= ${at(toSeq)}`);
  const found = await reader.database.query<FoundRow>(
    `SELECT ${COLUMNS('r')} FROM audit.event r
       JOIN audit.event e ON e.attempt_id = r.attempt_id AND e.started_at = r.started_at
      WHERE e.kind IN ('INTENT', 'DENIED', 'SYSTEM')${where.sql()} ORDER BY r.seq`,
    where.parameters,
  );
  return found.rows.map(toRow);
}

async function cursorNow(database: pg.Pool): Promise<string> {
  const found = await database.query<{ writer: string; seq: string }>(
    `SELECT writer, seq FROM audit.writer
      WHERE state IN ('live', 'sweeping') OR started_at > now() - interval '10 minutes'`,
  );
  const heads = Object.fromEntries(found.rows.map(({ writer, seq }) => [writer, Number(seq)]));
  const now = await database.query<{ ms: string }>(
    `SELECT (extract(epoch FROM now() - interval '1 minute') * 1000)::bigint AS ms`,
  );
  return encode({ fromMs: Number(now.rows[0]?.ms), heads });
}

async function outcomesOf(reader: AuditReader, bases: readonly AuditRow[]): Promise<readonly AuditRow[]> {
  const intents = bases.filter((row) => row.kind === 'INTENT');
  if (intents.length === 0) return [];
  const found = await reader.database.query<FoundRow>(
    `SELECT ${COLUMNS('o')} FROM unnest($1::uuid[], $2::bigint[]) AS a (attempt_id, ms)
       JOIN audit.event o ON o.attempt_id = a.attempt_id AND o.started_at = ${epochMs('a.ms')}
      WHERE o.kind IN ('OUTCOME', 'END') ORDER BY o.kind DESC`,
    [intents.map((row) => row.attemptId), intents.map((row) => row.startedAtMs)],
  );
  return found.rows.map(toRow);
}

type At = (value: unknown) => string;

interface Conditions {
  readonly parameters: unknown[];
  parameter(value: unknown): string;
  add(condition: (at: At) => string): void;
  sql(): string;
}

/** The filter as SQL over `e`, the first row of an attempt. Every value is a parameter. */
async function conditions(reader: AuditReader, filter: AuditFilter): Promise<Conditions> {
  const parameters: unknown[] = [];
  const parts: string[] = [];
  const parameter: At = (value) => `$${String(parameters.push(value))}`;
  const add = (condition: (at: At) => string): void => void parts.push(condition(parameter));
  const later = (test: string): string =>
    `EXISTS (SELECT FROM audit.event o WHERE o.attempt_id = e.attempt_id AND o.started_at = e.started_at AND ${test})`;

  for (const [column, value] of Object.entries({
    ods_code: filter.odsCode,
    client_id: filter.clientId,
    binding_id: filter.bindingId,
    interaction: filter.interaction,
    event: filter.event,
    correlation_id: filter.correlationId,
    request_id: filter.requestId,
  })) {
    if (value !== undefined) add((at) => `e.${column} = ${at(value)}`);
  }
  const { environment, clientIds, kind } = filter;
  if (environment !== undefined) add((at) => `e.record ->> 'environment' = ${at(environment)}`);
  if (clientIds !== undefined) add((at) => `e.client_id = ANY(${at(clientIds)}::text[])`);
  if (kind !== undefined) add((at) => later(`o.kind = ${at(kind)}`));
  const { attemptId, fromMs, toMs, outcome, code, upstreamRequestId, subject } = filter;
  if (attemptId !== undefined) add((at) => `e.attempt_id = ${at(attemptId)}::uuid`);
  if (fromMs !== undefined) add((at) => `e.started_at >= ${epochMs(at(fromMs))}`);
  if (toMs !== undefined) add((at) => `e.started_at < ${epochMs(at(toMs))}`);
  if (outcome !== undefined) add((at) => later(`o.outcome = ${at(outcome)}`));
  if (code !== undefined) add((at) => later(`o.code = ${at(code)}`));
  if (upstreamRequestId !== undefined) {
    add(
      (at) =>
        `e.attempt_id IN (SELECT attempt_id FROM audit.event WHERE upstream_request_id = ${at(upstreamRequestId)})`,
    );
  }
  const hashes =
    subject === undefined ? filter.subjectHashes : await hashesOf(reader.sealer, filter.odsCode, subject);
  if (hashes !== undefined) {
    add(
      (at) =>
        `e.attempt_id IN (SELECT attempt_id FROM audit.subject WHERE hash = ANY(${at(hashes)}::bytea[]))`,
    );
  }
  return { parameters, parameter, add, sql: () => parts.map((part) => ` AND ${part}`).join('') };
}

/** The subject's hash under the organisation's key, or under every organisation's. */
async function hashesOf(
  sealer: AuditReader['sealer'],
  odsCode: string | undefined,
  subject: Subject,
): Promise<Buffer[]> {
  const organisations = odsCode === undefined ? await sealer.organisations() : [odsCode];
  const hashes = await Promise.all(organisations.map((ods) => sealer.hash(ods, subject.kind, subject.value)));
  return hashes.filter((hash) => hash !== null);
}

interface FoundRow {
  readonly writer: string;
  readonly seq: string;
  readonly kind: string;
  readonly attempt_id: string;
  readonly ms: string;
  readonly hash: string;
  readonly prev_hash: string;
  readonly record: Record<string, unknown>;
}

function COLUMNS(alias: string): string {
  const hex = (column: string): string => `encode(${alias}.${column}, 'hex') AS ${column}`;
  const plain = ['writer', 'seq', 'kind', 'attempt_id', 'record'].map((column) => `${alias}.${column}`);
  return [...plain, `${alias}.record ->> 'startedAtMs' AS ms`, hex('hash'), hex('prev_hash')].join(', ');
}

function toRow(row: FoundRow): AuditRow {
  const { writer, kind, hash, record } = row;
  const numbers = { seq: Number(row.seq), startedAtMs: Number(row.ms) };
  return { writer, kind, hash, record, ...numbers, attemptId: row.attempt_id, prevHash: row.prev_hash };
}

/** An exact timestamptz of epoch milliseconds. */
function epochMs(sql: string): string {
  return `(timestamptz 'epoch' + ${sql}::bigint * interval '1 millisecond')`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

function encodeCursor({ startedAtMs, writer, seq }: AuditRow): string {
  return encode([startedAtMs, writer, seq]);
}

function decodeCursor(cursor: string): Pick<AuditRow, 'startedAtMs' | 'writer' | 'seq'> {
  const parts = decode(cursor);
  if (!Array.isArray(parts)) throw new RangeError('not a cursor of this search');
  const [startedAtMs, writer, seq] = parts as unknown[];
  if (!isCount(startedAtMs) || !isUuid(writer) || !isCount(seq))
    throw new RangeError('not a cursor of this search');
  return { startedAtMs, writer, seq };
}

function decodeFollowCursor(cursor: string): {
  readonly fromMs: number;
  readonly heads: Readonly<Record<string, number>>;
} {
  const value = decode(cursor);
  if (typeof value !== 'object' || value === null || !('fromMs' in value) || !('heads' in value)) {
    throw new RangeError('not a cursor of this trail');
  }
  const { fromMs, heads } = value;
  if (!isCount(fromMs) || typeof heads !== 'object' || heads === null)
    throw new RangeError('not a cursor of this trail');
  const entries = Object.entries(heads as Record<string, unknown>).map(([writer, seq]): [string, number] => {
    if (!isUuid(writer) || !isCount(seq)) throw new RangeError('not a cursor of this trail');
    return [writer, seq];
  });
  return { fromMs, heads: Object.fromEntries(entries) };
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new RangeError('not a cursor');
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}
