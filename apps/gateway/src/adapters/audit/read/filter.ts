/** Shared by searching and following the trail: the filter as SQL, rows, and cursors as opaque text. */
import { hashNumbersIn } from '@gatehouse/domain/input/correlation-id';
import {
  type AuditOutcome,
  OUTCOME_GROUPS,
  type OutcomeGroup,
  type Subject,
} from '@gatehouse/domain/audit/audit';
import type pg from 'pg';
import type { SubjectSealer } from '../write/subjects.js';

export interface AuditFilter {
  readonly odsCode?: string | undefined;
  /** Only rows of these organisations; if undefined, all rows, also those of no organisation. */
  readonly within?: readonly string[] | undefined;
  readonly applicationId?: string | undefined;
  /** Requests of a signed-in healthcare worker, and events about them. */
  readonly userId?: string | undefined;
  readonly environment?: string | undefined;
  readonly clientId?: string | undefined;
  /** Any of these clients; an empty list finds nothing. */
  readonly clientIds?: readonly string[] | undefined;
  /** The kind of any row of the attempt. REQUEST: the attempts and refused requests, and no SYSTEM event. */
  readonly kind?: string | undefined;
  /** Who acted: a person of an identity provider, or by name where no person did. */
  readonly actor?: { readonly id: string; readonly issuer: string | null } | undefined;
  readonly isSlow?: true | undefined;
  readonly bindingId?: string | undefined;
  readonly interaction?: string | undefined;
  readonly outcome?: AuditOutcome | OutcomeGroup | undefined;
  /** The code of a rejection or failure. */
  readonly code?: string | undefined;
  /** The name of a SYSTEM event. */
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
  /** Keyed hashes of a subject; any of them matches. */
  readonly subjectHashes?: readonly Buffer[] | undefined;
}

/** Of the index event_slow: the row `o` that says that an attempt took a second or longer. An attempt has one. */
export const SLOW = `o.kind IN ('OUTCOME', 'DENIED') AND o.record -> 'durationMs' >= '1000'::jsonb`;
/** Of the index event_by_actor: of a request in the record itself, of a SYSTEM event in its facts. */
const ACTOR = `coalesce(e.record ->> 'actorSubject', e.record #>> '{facts,actorSubject}', e.record ->> 'actor', e.record #>> '{facts,actor}')`;
const ISSUER = `coalesce(e.record ->> 'actorIssuer', e.record #>> '{facts,actorIssuer}')`;
/** Rows that can be the first of an attempt, so that one lookup decides. */
const FIRST_KINDS = ['INTENT', 'DENIED'];

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

export interface AuditReader {
  readonly database: pg.Pool;
  readonly sealer: Pick<SubjectSealer, 'hash' | 'hashDigits' | 'organisations'>;
}

type At = (value: unknown) => string;

export interface Conditions {
  readonly parameters: unknown[];
  parameter(value: unknown): string;
  add(condition: (at: At) => string): void;
  sql(): string;
}

/** The filter as SQL over `e`, the first row of an attempt. Every value is a parameter. */
export async function conditions(reader: AuditReader, filter: AuditFilter): Promise<Conditions> {
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
    // An id of a caller is searched for in the form in which it is recorded.
    correlation_id:
      filter.correlationId === undefined
        ? undefined
        : await hashNumbersIn(filter.correlationId, reader.sealer.hashDigits),
    request_id: filter.requestId,
  })) {
    if (value !== undefined) add((at) => `e.${column} = ${at(value)}`);
  }
  const { environment, clientIds, kind, within, applicationId, userId } = filter;
  if (within !== undefined) add((at) => `e.ods_code = ANY(${at(within)}::text[])`);
  if (applicationId !== undefined) add((at) => `e.record ->> 'applicationId' = ${at(applicationId)}`);
  if (userId !== undefined) {
    // An event that names a user without being about them is a search for them.
    add(
      (at) =>
        `(coalesce(e.record ->> 'userId', e.record #>> '{facts,userId}') = ${at(userId)}
           AND (e.event IS NULL OR starts_with(e.event, 'USER_')))`,
    );
  }
  if (environment !== undefined) add((at) => `e.record ->> 'environment' = ${at(environment)}`);
  if (clientIds !== undefined) add((at) => `e.client_id = ANY(${at(clientIds)}::text[])`);
  if (kind === 'REQUEST') add(() => `e.kind <> 'SYSTEM'`);
  else if (kind === 'SYSTEM') add(() => `e.kind = 'SYSTEM'`);
  else if (kind !== undefined)
    add((at) => (FIRST_KINDS.includes(kind) ? `e.kind = ${at(kind)}` : later(`o.kind = ${at(kind)}`)));
  const { attemptId, fromMs, toMs, outcome, code, upstreamRequestId, subject, actor, isSlow } = filter;
  if (actor !== undefined) {
    const { id, issuer } = actor;
    add((at) => `(${ACTOR} = ${at(id)} AND ${ISSUER} ${issuer === null ? 'IS NULL' : `= ${at(issuer)}`})`);
  }
  if (attemptId !== undefined) add((at) => `e.attempt_id = ${at(attemptId)}::uuid`);
  if (fromMs !== undefined) add((at) => `e.started_at >= ${epochMs(at(fromMs))}`);
  if (toMs !== undefined) add((at) => `e.started_at < ${epochMs(at(toMs))}`);
  if (outcome !== undefined) {
    const outcomes = outcome in OUTCOME_GROUPS ? OUTCOME_GROUPS[outcome as OutcomeGroup] : [outcome];
    add((at) => later(`o.outcome = ANY(${at(outcomes)}::text[])`));
  }
  if (code !== undefined) {
    // A summary of rejections names their code in its facts.
    add(
      (at) =>
        `(${later(`o.code = ${at(code)}`)} OR (e.event = 'REJECTION_SUMMARY' AND e.record #>> '{facts,code}' = ${at(code)}))`,
    );
  }
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
        // Only subjects that a committed record covers.
        `e.attempt_id IN (SELECT s.attempt_id FROM audit.subject s JOIN audit.event c
             ON c.attempt_id = s.attempt_id AND c.kind = s.event_kind AND c.started_at = s.started_at
           WHERE s.hash = ANY(${at(hashes)}::bytea[]) AND c.record ? 'subjectsDigest')`,
    );
  }
  if (isSlow === true) add(() => later(SLOW));
  return { parameters, parameter, add, sql: () => parts.map((part) => ` AND ${part}`).join('') };
}

/** The subject's hash under the organisation's key, or under every organisation's. */
export async function hashesOf(
  sealer: AuditReader['sealer'],
  odsCode: string | undefined,
  subject: Subject,
): Promise<Buffer[]> {
  const organisations = odsCode === undefined ? await sealer.organisations() : [odsCode];
  const hashes = await Promise.all(organisations.map((ods) => sealer.hash(ods, subject.kind, subject.value)));
  return hashes.filter((hash) => hash !== null);
}

export interface EventRow {
  readonly writer: string;
  readonly seq: string;
  readonly kind: string;
  readonly attempt_id: string;
  readonly ms: string;
  readonly hash: string;
  readonly prev_hash: string;
  readonly record: Record<string, unknown>;
}

export function columnsOf(alias: string): string {
  const hex = (column: string): string => `encode(${alias}.${column}, 'hex') AS ${column}`;
  const plain = ['writer', 'seq', 'kind', 'attempt_id', 'record'].map((column) => `${alias}.${column}`);
  return [...plain, `${alias}.record ->> 'startedAtMs' AS ms`, hex('hash'), hex('prev_hash')].join(', ');
}

export function toRow(row: EventRow): AuditRow {
  const { writer, kind, hash, record } = row;
  const numbers = { seq: Number(row.seq), startedAtMs: Number(row.ms) };
  return { writer, kind, hash, record, ...numbers, attemptId: row.attempt_id, prevHash: row.prev_hash };
}

/** Epoch milliseconds of a timestamptz; `pg` returns them as a text. */
export function millisecondsOf(sql: string): string {
  return `(extract(epoch FROM ${sql}) * 1000)::bigint`;
}

/** An exact timestamptz of epoch milliseconds. */
export function epochMs(sql: string): string {
  return `(timestamptz 'epoch' + ${sql}::bigint * interval '1 millisecond')`;
}

export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

/** A cursor that this trail did not give out. */
export class InvalidCursor extends RangeError {
  override readonly name = 'InvalidCursor';
  constructor() {
    super('not a cursor of this trail');
  }
}

/** @throws InvalidCursor */
export function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidCursor();
  }
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}
