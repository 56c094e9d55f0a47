/** The audit trail as the admin API reads it: names turned into ids, rows into one line an attempt. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { spanOf } from '@gatehouse/domain/input/moment';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type pg from 'pg';
import { exportAudit } from '../../adapters/audit/read/export.js';
import { countHours, countMinutes, requestsByBinding } from '../../adapters/audit/read/counts.js';
import type { AuditLog } from '../../adapters/audit/write/audit-log.js';
import { type AuditFilter as Filter, type AuditRow, hashesOf } from '../../adapters/audit/read/filter.js';
import { followAudit } from '../../adapters/audit/read/follow.js';
import { type AuditAttempt, searchAudit } from '../../adapters/audit/read/query.js';
import { readStory, type StoryRow } from '../../adapters/audit/read/story.js';
import type { SubjectSealer } from '../../adapters/audit/write/subjects.js';
import type { AuditDesk, AuditFilter } from './audit-desk.js';
import { storyOf } from './request-story.js';

const FOLLOW_MS = 1_000;
const PAGE = 500;

export function createAuditDesk(parts: {
  readonly database: pg.Pool;
  readonly sealer: SubjectSealer;
  readonly audit: Pick<AuditLog, 'system'>;
  readonly snapshot: () => Snapshot;
}): AuditDesk {
  const { database, sealer } = parts;
  const reader = { database, sealer };
  const page = async (filter: Filter, { limit, after }: { limit: number; after?: string | undefined }) => {
    const found = await searchAudit(reader, filter, { limit, cursor: after });
    return { items: found.attempts.map(summary), next: found.next };
  };
  const rowsOf = async (attemptId: string, reach: Reach): Promise<readonly StoryRow[]> => {
    const rows = await readStory(database, attemptId);
    const named = reach === 'all' || rows.some(({ record }) => typeof record['odsCode'] === 'string');
    const seen = named && rows.every(({ record }) => isWithin(reach, record['odsCode']));
    return seen ? rows : [];
  };
  return {
    list: (filter, at) => page(toFilter(filter, parts.snapshot()), at),

    async hashesOf(subject, odsCode) {
      const hashes = await hashesOf(sealer, odsCode, subject);
      return hashes.map((hash) => hash.toString('hex'));
    },

    search: (hashes, filter, at) =>
      page(
        {
          ...toFilter(filter, parts.snapshot()),
          subjectHashes: hashes.map((hash) => Buffer.from(hash, 'hex')),
        },
        at,
      ),

    async *all(filter, signal) {
      let after: string | undefined;
      do {
        const { items, next } = await page(toFilter(filter, parts.snapshot()), { limit: PAGE, after });
        yield* items;
        after = next ?? undefined;
      } while (after !== undefined && !signal.aborted);
    },

    async story(attemptId, reach) {
      const rows = await rowsOf(attemptId, reach);
      return rows.length > 0 ? storyOf(rows, parts.snapshot()) : null;
    },

    async identifiers(attemptId, reach) {
      const rows = await rowsOf(attemptId, reach);
      const sealed = rows.flatMap((row) => row.subjects.map((subject) => ({ of: row.attemptId, subject })));
      const distinct = new Map(sealed.map((each) => [each.subject.hash.toString('hex'), each]));
      return Promise.all(
        [...distinct.values()].map(async ({ of, subject }) => ({
          kind: subject.kind,
          value: await sealer.open(of, subject),
        })),
      );
    },

    hours: (reach, span) => countHours(database, { ...span, ...within(reach) }),
    minutes: (reach, span) => countMinutes(database, { ...span, ...within(reach) }),

    async *follow(filter, signal) {
      let cursor: string | undefined;
      while (!signal.aborted) {
        const found = await followAudit(reader, toFilter(filter, parts.snapshot()), cursor);
        cursor = found.cursor;
        for (const row of found.rows) yield line(row);
        // The end of the request ends the pause, and then the loop.
        if (found.rows.length === 0) await pause(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
      }
    },

    async *export({ from, until }, signal) {
      const { fromMs, untilMs } = spanOf(from, until);
      const lines = exportAudit(database, { fromMs, toMs: untilMs });
      for await (const text of lines) {
        if (signal.aborted) return;
        yield JSON.parse(text) as object;
      }
    },

    requestsByBinding: (bindings, sinceMs) => requestsByBinding(database, bindings, sinceMs),

    system: (event) => parts.audit.system(event),
  };
}

/** A client is named by name and environment; a name nobody bears finds nothing. */
function toFilter(filter: AuditFilter, snapshot: Snapshot): Filter {
  const { organisation, client, environment, from, until, reach, ...same } = filter;
  const { fromMs, untilMs } = spanOf(from, until);
  const named = [...snapshot.clients.values()].filter(
    ({ name, environment: of }) => name === client && (environment === undefined || of === environment),
  );
  return {
    ...same,
    odsCode: organisation,
    ...within(reach),
    environment,
    ...(client === undefined ? {} : { clientIds: named.map(({ id }) => id) }),
    fromMs,
    toMs: untilMs,
  };
}

const within = (reach: Reach) => (reach === 'all' ? {} : { within: [...reach] });

/** Rows that followed the first carry no organisation of their own. */
function isWithin(reach: Reach, odsCode: unknown): boolean {
  return odsCode === undefined || reaches(reach, typeof odsCode === 'string' ? [odsCode] : []);
}

/** One attempt in a list: what was asked, by whom, and what became of it; all its rows beneath. */
function summary(attempt: AuditAttempt): Readonly<Record<string, unknown>> {
  const [first, ...later] = attempt.rows;
  const outcome = later.find(({ kind }) => kind === 'OUTCOME');
  return {
    ...(first === undefined ? {} : line(first)),
    outcome: (outcome ?? first)?.record['outcome'] ?? null,
    status: (outcome ?? first)?.record['status'] ?? null,
    code: (outcome ?? first)?.record['code'] ?? null,
    diagnosis: outcome?.record['diagnosis'] ?? null,
    upstreamStatus: outcome?.record['upstreamStatus'] ?? null,
    upstreamRequestId: outcome?.record['upstreamRequestId'] ?? null,
    durationMs: (outcome ?? first)?.record['durationMs'] ?? null,
    rows: attempt.rows.map(({ record }) => record),
  };
}

function line(row: AuditRow): Readonly<Record<string, unknown>> {
  // A SYSTEM event tells of others in its facts.
  const record = { ...row.record, ...(row.record['facts'] as Record<string, unknown> | undefined) };
  return {
    startedAt: new Date(row.startedAtMs).toISOString(),
    kind: row.kind,
    attemptId: row.attemptId,
    requestId: record['requestId'] ?? null,
    event: record['event'] ?? null,
    environment: record['environment'] ?? null,
    organisation: record['odsCode'] ?? null,
    client: record['clientName'] ?? null,
    interaction: record['interaction'] ?? null,
    outcome: record['outcome'] ?? null,
    status: record['status'] ?? null,
    code: record['code'] ?? null,
    correlationId: record['correlationId'] ?? null,
    applicationId: record['applicationId'] ?? null,
  };
}
