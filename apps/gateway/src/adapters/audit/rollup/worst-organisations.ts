/** The organisations with the most rejected and failed requests, from the roll-ups and from what is not counted yet. */
import type { HourSpan } from '@gatehouse/domain/audit/rollup/figures';
import type pg from 'pg';
import { epochMs } from '../read/filter.js';
import { uncountedTotals } from './counted.js';
import { isNearlyCounted } from './rollup-traffic.js';

export interface OrganisationCount {
  readonly odsCode: string;
  readonly requests: number;
  /** By Gatehouse. */
  readonly refused: number;
  /** Rejected by e-RS, lost on the way, or not known to have arrived. */
  readonly failed: number;
}

export interface AskedWorst extends HourSpan {
  readonly most: number;
  /** Only these organisations; if undefined, all. */
  readonly within?: readonly string[] | undefined;
}

/** Organisations without a rejected or failed request are left out. While too much is not counted yet, only what is counted is read. */
export async function worstOrganisations(
  database: pg.Pool,
  { fromMs, untilMs, most, within }: AskedWorst,
): Promise<OrganisationCount[]> {
  const { rows } = await database.query<OrganisationCount>(
    (await isNearlyCounted(database)) ? COUNTED_AND_REST : COUNTED_ALONE,
    [fromMs, untilMs, within ?? null, most],
  );
  return rows;
}

const SPAN = `hour >= ${epochMs('$1')} AND hour < ${epochMs('$2')}`;
const WITHIN = `ods_code <> '*' AND ($3::text[] IS NULL OR ods_code = ANY ($3::text[]))`;
const REST = uncountedTotals(`o.started_at >= ${epochMs('$1')} AND o.started_at < ${epochMs('$2')}`);

/** The few rows of rejected and failed requests decide; all requests are counted of the organisations that are shown. */
const worst = (rest: string): string => `
WITH rest AS MATERIALIZED (SELECT ods_code, outcome, count FROM (${rest}) uncounted WHERE ${WITHIN}
), worst AS (
  SELECT ods_code, coalesce(sum(count) FILTER (WHERE outcome = 'REFUSED'), 0) AS refused,
         coalesce(sum(count) FILTER (WHERE outcome <> 'REFUSED'), 0) AS failed
    FROM (SELECT ods_code, outcome, count FROM audit_search.hour_total WHERE ${SPAN} AND outcome <> 'COMPLETED' AND ${WITHIN}
          UNION ALL SELECT ods_code, outcome, count FROM rest WHERE outcome <> 'COMPLETED') unsuccessful
   GROUP BY ods_code ORDER BY sum(count) DESC, ods_code LIMIT $4
)
SELECT ods_code AS "odsCode", refused::float8, failed::float8,
       (coalesce((SELECT sum(count) FROM audit_search.hour_total t WHERE t.ods_code = worst.ods_code AND ${SPAN}), 0)
         + coalesce((SELECT sum(count) FROM rest WHERE rest.ods_code = worst.ods_code), 0))::float8 AS requests
  FROM worst ORDER BY refused + failed DESC, ods_code`;

const COUNTED_ALONE = worst('SELECT ods_code, outcome, count FROM audit_search.hour_total WHERE false');
const COUNTED_AND_REST = worst(REST);
