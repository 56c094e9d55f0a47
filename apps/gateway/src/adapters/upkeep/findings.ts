/** The rows of what jobs found. A cause has one row as long as it lasts, and one notice, written with the row. */
import type { Database } from '@gatehouse/db/client';
import { keptNotice } from '@gatehouse/domain/notices/notice';
import type { Finding, Watch } from '@gatehouse/domain/upkeep/finding';
import { notify } from '../notices/notify.js';

/** What records findings and announces them. */
export type FindingRows = Pick<Database, '$transaction' | 'upkeepFinding'>;

/** Keys of what the watch has found and not yet seen the end of. */
export async function openFindings(
  db: Pick<Database, 'upkeepFinding'>,
  watch: Watch,
): Promise<ReadonlySet<string>> {
  const rows = await db.upkeepFinding.findMany({ where: { watch }, select: { key: true } });
  return new Set(rows.map(({ key }) => key));
}

/**
 * Records what a watch found, announces what is new, and removes what has ended. Two workers that do this at the same
 * time announce a cause once: the second waits for the row of the first.
 * @param findings all that the watch finds now
 * @param nowMs when the watch looked, epoch ms; what another run has seen later is not removed
 */
export async function settleFindings(
  db: FindingRows,
  watch: Watch,
  findings: readonly Finding[],
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<void> {
  for (const finding of findings) {
    if (signal.aborted) return;
    await db.$transaction(async (transaction) => {
      if (await recorded(transaction, watch, finding, nowMs))
        await notify(transaction, { ...finding.notice, onceKey: `${finding.key} ${String(nowMs)}` }, nowMs);
    });
  }
  await db.upkeepFinding.deleteMany({ where: { watch, seenAt: { lt: new Date(nowMs) } } });
}

/** @returns whether it is new */
async function recorded(
  transaction: Pick<Database, '$queryRaw'>,
  watch: Watch,
  { key, notice }: Finding,
  nowMs: number,
): Promise<boolean> {
  const { title, body, whatToDo, path, odsCodes } = keptNotice({ ...notice, onceKey: null });
  const now = new Date(nowMs);
  const [row] = await transaction.$queryRaw<{ isNew: boolean }[]>`
    INSERT INTO upkeep_finding AS f
      (key, watch, title, body, what_to_do, path, ods_codes, found_at, seen_at)
    VALUES (${key}, ${watch}, ${title}, ${body}, ${whatToDo}, ${path}, ${[...odsCodes]}::text[], ${now}, ${now})
    ON CONFLICT (key) DO UPDATE SET title = EXCLUDED.title, body = EXCLUDED.body, what_to_do = EXCLUDED.what_to_do,
      path = EXCLUDED.path, ods_codes = EXCLUDED.ods_codes, seen_at = greatest(f.seen_at, EXCLUDED.seen_at)
    RETURNING xmax = 0 AS "isNew"`;
  return row?.isNew === true;
}

/** How many findings each watch has now, for monitoring. */
export async function countFindings(
  db: Pick<Database, 'upkeepFinding'>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.upkeepFinding.groupBy({ by: ['watch'], _count: true });
  return new Map(rows.map(({ watch, _count }) => [watch, _count]));
}
