/** Rows of the audit trail as the admin API lists them. They hold no secret and no patient identifier in clear. */
import type { AuditRow } from '../../adapters/audit/read/filter.js';
import type { FollowedRow } from '../../adapters/audit/read/follow.js';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import type { AuditAttempt } from '../../adapters/audit/read/query.js';
import { refusalOf, timelineOfRecords } from './request-story.js';

export type AuditLine = Readonly<Record<string, unknown>>;

/** One attempt: what was requested, by which client, and what became of it, with all its rows beneath. */
export function attemptLine({ rows }: AuditAttempt): AuditLine {
  const [first, ...later] = rows;
  const outcome = later.find(({ kind }) => kind === 'OUTCOME');
  const last = (outcome ?? first)?.record;
  return {
    ...(first === undefined ? {} : rowLine(first)),
    outcome: last?.['outcome'] ?? null,
    status: last?.['status'] ?? null,
    code: last?.['code'] ?? null,
    diagnosis: last?.['diagnosis'] ?? (last?.['facts'] as AuditLine | undefined)?.['diagnosis'] ?? null,
    upstreamStatus: outcome?.record['upstreamStatus'] ?? null,
    upstreamRequestId: outcome?.record['upstreamRequestId'] ?? null,
    durationMs: last?.['durationMs'] ?? null,
    rows: rows.map(({ record }) => record),
  };
}

/** With what the preview of a line tells: what its code means, what to do, who must act, and where the time went. */
export function listedLine(attempt: AuditAttempt): AuditLine {
  const records = attempt.rows.map(({ record }) => record);
  const isEvent = records.some(({ kind }) => kind === 'SYSTEM');
  return {
    ...attemptLine(attempt),
    refusal: isEvent ? null : refusalOf(records),
    timeline: isEvent ? [] : timelineOfRecords(records),
  };
}

/** A record as it is written: what was requested, by the first record of its attempt, and what this one says of it. */
export function followedLine({ first, ...row }: FollowedRow): AuditLine {
  const { facts: _, ...said } = row.record;
  const record = row.kind === 'SYSTEM' ? row.record : { ...first, ...said };
  return {
    ...rowLine({ ...row, record }),
    upstreamStatus: record['upstreamStatus'] ?? null,
    upstreamRequestId: record['upstreamRequestId'] ?? null,
    durationMs: record['durationMs'] ?? null,
    refusal: row.kind === 'SYSTEM' ? null : refusalOf([record]),
  };
}

/** Paths by operation, with the names of their parameters and never their values. */
const PATHS = new Map(CATALOGUE.map(({ operationId, path }) => [operationId as unknown, path]));

export function rowLine(row: AuditRow): AuditLine {
  // A SYSTEM event names what it is about in its facts.
  const record = { ...row.record, ...(row.record['facts'] as Record<string, unknown> | undefined) };
  return {
    startedAt: new Date(row.startedAtMs).toISOString(),
    kind: row.kind,
    attemptId: row.attemptId,
    requestId: record['requestId'] ?? null,
    event: record['event'] ?? null,
    // Of a SYSTEM event: who did it, and why.
    actor: record['actor'] ?? null,
    reason: record['reason'] ?? null,
    environment: record['environment'] ?? null,
    organisation: record['odsCode'] ?? null,
    client: record['clientName'] ?? null,
    userId: record['userId'] ?? null,
    interaction: record['interaction'] ?? null,
    method: record['method'] ?? null,
    path: PATHS.get(record['operationId']) ?? null,
    outcome: record['outcome'] ?? null,
    status: record['status'] ?? null,
    code: record['code'] ?? null,
    diagnosis: record['diagnosis'] ?? null,
    messageId: record['messageId'] ?? null,
    correlationId: record['correlationId'] ?? null,
    applicationId: record['applicationId'] ?? null,
  };
}
