/** Times of which KMS's own log lacks signatures that the trail records. */
import type { Database } from '@gatehouse/db/client';
import type { Written } from '../audit/read/signatures.js';

/**
 * Records what a look came to, and where the next one begins.
 * @param missing how many signatures of this time are in no log file
 * @param keys ARNs of keys outside `signing_key` that signed then
 */
export async function noteLook(
  db: Database,
  { fromMs, toMs }: Written,
  { missing, keys }: { readonly missing: number; readonly keys: readonly string[] },
  nowMs: number,
): Promise<void> {
  const [from, to, now] = [new Date(fromMs), new Date(toMs), new Date(nowMs)];
  await db.$transaction(async (transaction) => {
    const moved = await transaction.$executeRaw`
      UPDATE signature_watch SET looked_until = ${to},
             keys = ARRAY(SELECT DISTINCT k FROM unnest(keys || ${[...keys]}::text[]) AS k ORDER BY k)
       WHERE id = 1 AND looked_until = ${from}`;
    if (moved === 0 || missing === 0) return;
    await transaction.signatureLogGap.create({
      data: { fromAt: from, toAt: to, missing, foundAt: now, checkedAt: now },
    });
  });
}

/** Gaps of whose time a file has been read since they were last checked. */
export async function gapsToCheck(db: Database): Promise<Written[]> {
  const rows = await db.$queryRaw<{ fromAt: Date; toAt: Date }[]>`
    SELECT from_at AS "fromAt", to_at AS "toAt" FROM signature_log_gap g
     WHERE EXISTS (SELECT FROM signature_log_file f WHERE f.read_at > g.checked_at
                      AND f.last_at >= g.from_at - interval '6 hours' AND f.first_at < g.to_at)
     ORDER BY from_at LIMIT 200`;
  return rows.map(({ fromAt, toAt }) => ({ fromMs: fromAt.getTime(), toMs: toAt.getTime() }));
}

export async function noteGap(
  db: Database,
  { fromMs }: Written,
  missing: number,
  nowMs: number,
): Promise<void> {
  const where = { fromAt: new Date(fromMs) };
  if (missing === 0) await db.signatureLogGap.deleteMany({ where });
  else await db.signatureLogGap.updateMany({ where, data: { missing, checkedAt: new Date(nowMs) } });
}
