/**
 * How far KMS's own log was read, and what was found in it. Each file counts once, each signature is decided once, and each
 * excuse is used once: the database decides between two workers.
 */
import type { Database, Queries } from '@gatehouse/db/client';
import {
  dayOf,
  type Decided,
  decidedBefore,
  firstLookMs,
  KEPT_MS,
  type UnmatchedSignature,
} from '@gatehouse/domain/signatures/log-watch';
import type { LoggedSignature } from '@gatehouse/domain/signatures/cloudtrail';

/** What reads and writes these rows. */
export type WatchDatabase = Database;

export interface Watch {
  /** Epoch ms; signatures before it are not compared. */
  readonly sinceMs: number;
  /** The first day (UTC) whose files may not all have been read. */
  readonly day: string;
  /** Epoch ms; what was recorded before it was looked for in the log. */
  readonly lookedUntilMs: number;
  /** ARNs of keys that are not in `signing_key`. */
  readonly keys: readonly string[];
}

/** A log file that was read. */
export interface FileRead {
  readonly name: string;
  readonly fault: string | null;
  readonly signatures: readonly LoggedSignature[];
  /** Of these, those that had no record. */
  readonly unmatched: readonly LoggedSignature[];
}

const ONE = 1;
const AT_ONCE = 500;
/** A record that comes later than this ends no alarm. */
const LATE_RECORD_MS = 24 * 3_600_000;

/** The one row, which the first run makes. */
export async function openWatch(db: Database, nowMs: number): Promise<Watch> {
  const now = new Date(nowMs);
  await db.signatureWatch.createMany({
    data: {
      ...{ id: ONE, since: now, day: dayOf(nowMs), keys: [] },
      lookedUntil: new Date(firstLookMs(nowMs)),
    },
    skipDuplicates: true,
  });
  const { since, day, lookedUntil, keys } = await db.signatureWatch.findUniqueOrThrow({ where: { id: ONE } });
  return { sinceMs: since.getTime(), day, lookedUntilMs: lookedUntil.getTime(), keys };
}

/** ARNs of all signing keys, whatever their state. */
export async function registryKeys(db: Database): Promise<string[]> {
  const rows = await db.signingKey.findMany({ select: { kmsKeyArn: true } });
  return rows.map(({ kmsKeyArn }) => kmsKeyArn);
}

/** Of these files, the names of those that nobody has read. */
export async function unreadOf(db: Database, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.signatureLogFile.findMany({
    where: { name: { in: [...names] } },
    select: { name: true },
  });
  const read = new Set(rows.map(({ name }) => name));
  return new Set(names.filter((name) => !read.has(name)));
}

/** @returns false if another worker has read the file in the meantime */
export async function keepFile(db: Database, file: FileRead, nowMs: number): Promise<boolean> {
  return db.$transaction(async (transaction) => {
    const times = file.signatures.map(({ atMs }) => atMs).sort((one, other) => one - other);
    const [first, last] = [times[0], times.at(-1)];
    const { count } = await transaction.signatureLogFile.createMany({
      data: {
        ...{ name: file.name, readAt: new Date(nowMs), fault: file.fault },
        firstAt: first === undefined ? null : new Date(first),
        lastAt: last === undefined ? null : new Date(last),
        requestIds: file.signatures.map(({ requestId }) => requestId),
      },
      skipDuplicates: true,
    });
    if (count === 1) await keepUnmatched(transaction, file.unmatched, nowMs);
    return count === 1;
  });
}

/** CloudTrail may deliver an event twice. */
async function keepUnmatched(
  transaction: Pick<Queries, '$executeRaw'>,
  signatures: readonly LoggedSignature[],
  nowMs: number,
): Promise<void> {
  if (signatures.length === 0) return;
  const rows = signatures.map(({ eventId, requestId, key, atMs, by }) => ({
    ...{ event_id: eventId, request_id: requestId, key, at: new Date(atMs), caller: by },
  }));
  await transaction.$executeRaw`
    INSERT INTO unmatched_signature (event_id, request_id, key, at, caller, seen_at)
    SELECT event_id, request_id, key, at, caller, ${new Date(nowMs)} FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(event_id text, request_id text, key text, at timestamptz, caller text)
    ON CONFLICT (event_id) DO NOTHING`;
}

/** All files of the days before `day` were read. */
export async function moveDay(db: Database, from: string, day: string): Promise<void> {
  await db.signatureWatch.updateMany({ where: { id: ONE, day: from }, data: { day } });
}

/** Signatures of which it is time to decide, the oldest first. */
export async function dueSignatures(db: Database, nowMs: number): Promise<UnmatchedSignature[]> {
  const { atMs, seenMs } = decidedBefore(nowMs);
  return signaturesWhere(db, {
    ...{ excuse: null, alarmedAt: null, at: { lt: new Date(atMs) }, seenAt: { lte: new Date(seenMs) } },
  });
}

/** Signatures whose alarm a record would end that was written late. */
export const lateSignatures = (db: Database, nowMs: number): Promise<UnmatchedSignature[]> =>
  signaturesWhere(db, { alarmedAt: { gte: new Date(nowMs - LATE_RECORD_MS) } });

async function signaturesWhere(
  db: Database,
  where: NonNullable<Parameters<Database['unmatchedSignature']['findMany']>[0]>['where'] & object,
): Promise<UnmatchedSignature[]> {
  const rows = await db.unmatchedSignature.findMany({
    where,
    orderBy: [{ at: 'asc' }, { eventId: 'asc' }],
    take: AT_ONCE,
  });
  return rows.map(({ eventId, requestId, key, at }) => ({ eventId, requestId, key, atMs: at.getTime() }));
}

/** Of these excuses, those that have excused a signature already. */
export async function usedExcuses(db: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.unmatchedSignature.findMany({
    where: { excuse: { in: [...ids] } },
    select: { excuse: true },
  });
  return new Set(rows.flatMap(({ excuse }) => (excuse === null ? [] : [excuse])));
}

/** What another worker has decided meanwhile stays as it is. */
export async function settle(
  db: Database,
  { recorded, excused, unrecorded }: Decided<UnmatchedSignature>,
  nowMs: number,
): Promise<void> {
  const ids = (signatures: readonly UnmatchedSignature[]) => signatures.map(({ eventId }) => eventId);
  const undecided = { excuse: null, alarmedAt: null };
  await db.$transaction(async (transaction) => {
    const rows = transaction.unmatchedSignature;
    await rows.deleteMany({ where: { eventId: { in: ids(recorded) }, excuse: null } });
    for (const { signature, excuse } of excused)
      await rows.updateMany({ where: { eventId: signature.eventId, ...undecided }, data: { excuse } });
    await rows.updateMany({
      where: { eventId: { in: ids(unrecorded) }, ...undecided },
      data: { alarmedAt: new Date(nowMs) },
    });
  });
}

/** Removes what nobody asks for any more. */
export async function removeOld(db: Database, nowMs: number): Promise<void> {
  const old = { lt: new Date(nowMs - KEPT_MS) };
  await db.unmatchedSignature.deleteMany({ where: { seenAt: old } });
  await db.signatureLogGap.deleteMany({ where: { foundAt: old } });
  const { day } = await db.signatureWatch.findUniqueOrThrow({ where: { id: ONE } });
  // While its day is listed, a name is what says that the file was read.
  await db.signatureLogFile.deleteMany({
    where: { readAt: { lt: new Date(Math.min(old.lt.getTime(), Date.parse(`${day}T00:00:00Z`))) } },
  });
}
