/** Counts of an organisation's requests, a quarter of a day in each statement, so that none of them runs for long. */
import { daysOf, type EvidencePeriod } from '@gatehouse/domain/evidence/period';
import type { Traffic } from '@gatehouse/domain/evidence/evidence-pack';
import { type TrafficCount, TrafficTally } from '@gatehouse/domain/evidence/traffic-tally';
import type pg from 'pg';
import { epochMs } from '../audit/read/filter.js';

const SLICE_MS = 6 * 3_600_000;

/** @param onDay hears of each day that is counted; the counting ends when it throws */
export async function countTraffic(
  database: pg.Pool,
  odsCode: string,
  period: EvidencePeriod,
  onDay: (day: string, done: number, total: number) => Promise<void>,
): Promise<Traffic> {
  const tally = new TrafficTally();
  const days = daysOf(period);
  for (const [index, { day, fromMs, untilMs }] of days.entries()) {
    for (let at = fromMs; at < untilMs; at += SLICE_MS) {
      const slice = [odsCode, at, Math.min(at + SLICE_MS, untilMs)];
      const { rows } = await database.query<TrafficCount>(COUNTS, slice);
      tally.add(day.slice(0, 7), rows);
    }
    await onDay(day, index + 1, days.length);
  }
  return tally.traffic();
}

/** An OUTCOME doesn't name the organisation; its INTENT does. A probe has no client. */
const COUNTS = `
SELECT i.kind, coalesce(i.record ->> 'environment', '?') AS environment, coalesce(i.interaction, '?') AS interaction,
       o.outcome, coalesce(o.code, i.code) AS code, count(*)::int AS count
  FROM audit.event i
  LEFT JOIN audit.event o ON o.attempt_id = i.attempt_id AND o.started_at = i.started_at AND o.kind = 'OUTCOME'
                         AND i.kind = 'INTENT'
 WHERE i.ods_code = $1 AND i.started_at >= ${epochMs('$2')} AND i.started_at < ${epochMs('$3')}
   AND i.kind IN ('INTENT', 'DENIED') AND i.client_id IS NOT NULL
 GROUP BY 1, 2, 3, 4, 5`;
