/**
 * Writes the ends of user sessions to the audit trail, each once, whatever ended them: a suspension ends sessions
 * inside the database, and a process may die between an end and its record. Of two who would record an end, one holds
 * its row until the record is durable.
 */
import type { Database, Queries } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { systemEvent } from '../audit/system-event.js';

export interface EndRecords {
  /** Never rejects: the job records what can't be recorded now. */
  record(ids: readonly string[]): Promise<void>;
  /**
   * Records ends of which nobody has a record, the oldest first.
   * @returns how many it has recorded; there may be more
   * @throws GW_AUDIT_UNAVAILABLE
   */
  recordMissing(): Promise<number>;
}

export interface EndRecordOptions {
  readonly db: Database;
  /** Resolves once the event is durable. */
  readonly write: (event: SystemEvent) => Promise<void>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Whatever ended a session has so long to record it itself. */
const LEFT_TO_OTHERS_MS = 10_000;
const MOST_AT_ONCE = 200;
const TRANSACTION = { timeout: 30_000, maxWait: 10_000 };

export function createEndRecords({ db, write, now, onFault }: EndRecordOptions): EndRecords {
  const record = async (which: WhichEnds): Promise<number> => {
    const { recorded, failures } = await db.$transaction(
      (transaction) => recordEnds(transaction, which, write, now),
      TRANSACTION,
    );
    if (failures.length > 0) throw failures[0];
    return recorded;
  };
  return {
    async record(ids) {
      if (ids.length > 0) await record({ ids }).catch(onFault);
    },
    recordMissing: () => record({ endedBeforeMs: now() - LEFT_TO_OTHERS_MS }),
  };
}

type WhichEnds = { readonly ids: readonly string[] } | { readonly endedBeforeMs: number };

interface EndedRow {
  readonly id: string;
  readonly clientId: string;
  readonly environment: string;
  readonly product: string;
  readonly userId: string;
  readonly odsCode: string | null;
  readonly endedAt: Date;
  readonly endedBy: string;
  readonly endReason: string;
}

/** In a transaction under way. What is written is noted even if a further one fails, so that it is not written again. */
export async function recordEnds(
  transaction: Queries,
  which: WhichEnds,
  write: EndRecordOptions['write'],
  now: () => number,
): Promise<{ readonly recorded: number; readonly failures: readonly unknown[] }> {
  const rows = await unrecorded(transaction, which);
  const failures: unknown[] = [];
  const written: string[] = [];
  await Promise.all(
    rows.map((row) =>
      write(eventOf(row, now())).then(
        () => written.push(row.id),
        (error: unknown) => failures.push(error),
      ),
    ),
  );
  await transaction.userSession.updateMany({
    where: { id: { in: written } },
    data: { endRecordedAt: new Date(now()) },
  });
  return { recorded: written.length, failures };
}

function unrecorded(transaction: Queries, which: WhichEnds): Promise<EndedRow[]> {
  const ids = 'ids' in which ? [...which.ids] : null;
  const before = 'ids' in which ? null : new Date(which.endedBeforeMs);
  return transaction.$queryRaw<EndedRow[]>`
    SELECT id::text, client_id::text AS "clientId", environment, product, user_id AS "userId", ods_code AS "odsCode",
           ended_at AS "endedAt", ended_by AS "endedBy", end_reason AS "endReason"
      FROM user_session
     WHERE ended_at IS NOT NULL AND end_recorded_at IS NULL
       AND (${ids}::uuid[] IS NULL OR id = ANY (${ids}::uuid[]))
       AND (${before}::timestamptz IS NULL OR ended_at < ${before}::timestamptz)
     ORDER BY ended_at LIMIT ${ids === null ? MOST_AT_ONCE : null}::bigint FOR UPDATE SKIP LOCKED`;
}

function eventOf(row: EndedRow, atMs: number): SystemEvent {
  const { id: userSessionId, clientId, odsCode, environment, product, userId } = row;
  return systemEvent(
    'USER_SESSION_ENDED',
    atMs,
    { environment, product, userId, userSessionId, by: row.endedBy, reason: row.endReason },
    { startedAtMs: row.endedAt.getTime(), clientId, ...(odsCode === null ? {} : { odsCode }) },
  );
}
