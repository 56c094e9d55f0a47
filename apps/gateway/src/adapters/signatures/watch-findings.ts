/** What the watch of KMS's own log shows and records: alarms, gaps of the log, and files that could not be read. */
import type { Database } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { dayOf, SHOWN_MS } from '@gatehouse/domain/signatures/log-watch';
import type {
  KeyOwner,
  LogGap,
  UnreadableFile,
  UnrecordedSignatures,
} from '@gatehouse/domain/upkeep/signature-findings';
import { systemEvent } from '../audit/system-event.js';

/** Groups of key and day; more are in the trail. */
const MOST = 200;
const CALLERS = 3;
const AT_ONCE = 500;
/** Signatures that one record of the trail names. */
const NAMED = 20;
const TRANSACTION = { timeout: 30_000, maxWait: 10_000 };

/** `applicationId` is null for the key of a CIS2 client. */
type Owner = KeyOwner & { readonly applicationId: string | null };

async function ownersOf(
  db: Pick<Database, 'signingKey'>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Owner>> {
  const rows = await db.signingKey.findMany({
    where: { kmsKeyArn: { in: [...keys] } },
    select: {
      ...{ kid: true, kmsKeyArn: true, applicationId: true },
      application: { select: { bindings: { select: { odsCode: true } } } },
    },
  });
  return new Map(
    rows.map(({ kid, kmsKeyArn, applicationId, application }) => [
      kmsKeyArn,
      {
        ...{ kid, applicationId },
        odsCodes: [...new Set((application?.bindings ?? []).map(({ odsCode }) => odsCode))],
      },
    ]),
  );
}

/** Those that nobody has reviewed, the newest first. */
export async function alarmedSignatures(db: Database, nowMs: number): Promise<UnrecordedSignatures[]> {
  const rows = await db.$queryRaw<
    { key: string; day: string; count: number; first: Date; last: Date; callers: string[] }[]
  >`
    SELECT key, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS count, min(at) AS first, max(at) AS last,
           (array_agg(DISTINCT caller))[1:${CALLERS}::int] AS callers
      FROM unmatched_signature WHERE alarmed_at >= ${new Date(nowMs - SHOWN_MS)} AND reviewed_at IS NULL
     GROUP BY 1, 2 ORDER BY 5 DESC, 1 LIMIT ${MOST}`;
  const owners = await ownersOf(db, [...new Set(rows.map(({ key }) => key))]);
  return rows.map(({ first, last, key, ...same }) => ({
    ...{ ...same, key, firstAtMs: first.getTime(), lastAtMs: last.getTime() },
    owner: owners.get(key) ?? null,
  }));
}

export async function openGaps(db: Database, nowMs: number): Promise<LogGap[]> {
  const rows = await db.signatureLogGap.findMany({
    where: { foundAt: { gte: new Date(nowMs - SHOWN_MS) } },
    orderBy: { fromAt: 'asc' },
  });
  return rows.map(({ fromAt, toAt, missing }) => ({
    ...{ fromMs: fromAt.getTime(), toMs: toAt.getTime(), missing },
  }));
}

export async function unreadableFiles(db: Database, nowMs: number): Promise<UnreadableFile[]> {
  const rows = await db.signatureLogFile.findMany({
    where: { fault: { not: null }, readAt: { gte: new Date(nowMs - SHOWN_MS) } },
    orderBy: [{ readAt: 'asc' }, { name: 'asc' }],
    take: AT_ONCE,
  });
  return rows.map(({ name, fault, readAt }) => ({ name, fault: fault ?? '', day: dayOf(readAt.getTime()) }));
}

/**
 * Writes alarms to the audit trail, one event for each key. Of two workers one holds the rows until the record is durable.
 * @param write resolves once the event is durable
 * @returns key and number of what was recorded; there may be more
 */
export async function recordAlarms(
  db: Database,
  write: (event: SystemEvent) => Promise<void>,
  nowMs: number,
): Promise<{ readonly key: string; readonly count: number }[]> {
  return db.$transaction(async (transaction) => {
    const rows = await transaction.$queryRaw<AlarmRow[]>`
      SELECT event_id AS "eventId", request_id AS "requestId", key, at, caller FROM unmatched_signature
       WHERE alarmed_at IS NOT NULL AND audited_at IS NULL
       ORDER BY key, at, event_id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`;
    const owners = await ownersOf(transaction, [...new Set(rows.map(({ key }) => key))]);
    const groups = [...Map.groupBy(rows, ({ key }) => key)];
    for (const [key, of] of groups) {
      await write(alarmEvent(key, of, owners.get(key), nowMs));
      await transaction.unmatchedSignature.updateMany({
        where: { eventId: { in: of.map(({ eventId }) => eventId) } },
        data: { auditedAt: new Date(nowMs) },
      });
    }
    return groups.map(([key, { length }]) => ({ key, count: length }));
  }, TRANSACTION);
}

interface AlarmRow {
  readonly eventId: string;
  readonly requestId: string;
  readonly key: string;
  readonly at: Date;
  readonly caller: string;
}

function alarmEvent(
  key: string,
  rows: readonly AlarmRow[],
  owner: Owner | undefined,
  nowMs: number,
): SystemEvent {
  const signatures = rows
    .slice(0, NAMED)
    .map(({ requestId, at, caller }) => ({ requestId, atMs: at.getTime(), by: caller }));
  const facts = { key, kid: owner?.kid ?? null, count: rows.length, signatures };
  const applicationId = owner?.applicationId ?? null;
  return systemEvent('SIGNATURES_UNRECORDED', nowMs, facts, applicationId === null ? {} : { applicationId });
}
