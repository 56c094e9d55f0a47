/** The clients with the most rejected and failed requests, from the roll-ups and from what is not counted yet. */
import type pg from 'pg';
import { epochMs } from '../read/filter.js';
import { uncountedRows } from './counted.js';
import { isNearlyCounted } from './rollup-traffic.js';
import type { AskedWorst } from './worst-organisations.js';

export interface ClientCount {
  readonly clientId: string;
  /** By Gatehouse. */
  readonly refused: number;
  /** Rejected by e-RS, lost on the way, or not known to have arrived. */
  readonly failed: number;
  /** The most frequent code of these requests; null: none of them has one. */
  readonly code: string | null;
}

/** Clients without a rejected or failed request are left out. While too much is not counted yet, only what is counted is read. */
export async function worstClients(
  database: pg.Pool,
  { fromMs, untilMs, most, within }: AskedWorst,
): Promise<ClientCount[]> {
  const { rows } = await database.query<ClientCount>(
    (await isNearlyCounted(database)) ? COUNTED_AND_REST : COUNTED_ALONE,
    [fromMs, untilMs, within ?? null, most],
  );
  return rows;
}

const COUNTED = `
  SELECT client_id, ods_code, outcome, code, count FROM audit_search.hour
   WHERE hour >= ${epochMs('$1')} AND hour < ${epochMs('$2')} AND outcome <> 'COMPLETED'`;
const REST = uncountedRows(`o.started_at >= ${epochMs('$1')} AND o.started_at < ${epochMs('$2')}`);

const worst = (rows: string): string => `
SELECT client_id AS "clientId", coalesce(sum(count) FILTER (WHERE outcome = 'REFUSED'), 0)::float8 AS refused,
       coalesce(sum(count) FILTER (WHERE outcome <> 'REFUSED'), 0)::float8 AS failed,
       (array_agg(code ORDER BY count DESC, code) FILTER (WHERE code IS NOT NULL))[1] AS code
  FROM (SELECT client_id, outcome, code, sum(count) AS count FROM (${rows}) unsuccessful
         WHERE client_id IS NOT NULL AND ($3::text[] IS NULL OR ods_code = ANY ($3::text[]))
         GROUP BY client_id, outcome, code) reasons
 GROUP BY client_id ORDER BY sum(count) DESC, client_id LIMIT $4`;

const COUNTED_ALONE = worst(COUNTED);
const COUNTED_AND_REST = worst(`${COUNTED}
  UNION ALL SELECT client_id, ods_code, outcome, code, count FROM (${REST}) rest WHERE outcome <> 'COMPLETED'`);
