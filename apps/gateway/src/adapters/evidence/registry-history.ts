/** The registry's history of what concerns an organisation, read in pages of short statements. */
import { EVIDENCE_TABLES } from '@gatehouse/domain/evidence/changes';
import type { RegistryRow } from '@gatehouse/domain/evidence/registry-rows';
import type pg from 'pg';
import { epochMs, millisecondsOf } from '../audit/read/filter.js';

/** About what an organisation with hundreds of applications collects in ten years. */
export const MOST_ROWS = 20_000;
const PAGE_ROWS = 500;

/** More changes than one pack can hold. */
export class TooManyRows extends RangeError {
  override readonly name = 'TooManyRows';
}

/**
 * Every row up to a moment, in the order in which they became visible: those that name the organisation, the whole life
 * of each application that ever served it, and that of its message sets and environments.
 * @throws TooManyRows
 */
export async function registryRows(
  database: pg.Pool,
  odsCode: string,
  untilMs: number,
): Promise<RegistryRow[]> {
  const applications = await database.query<{ id: string }>(APPLICATIONS, [odsCode, untilMs]);
  const ids = applications.rows.map(({ id }) => id);
  const { rows: numbers } = await database.query<{ n: string }>(NUMBERS, [
    ...[odsCode, untilMs, ids, EVIDENCE_TABLES, MOST_ROWS + 1],
  ]);
  if (numbers.length > MOST_ROWS) throw new TooManyRows();
  const found: RegistryRow[] = [];
  for (let at = 0; at < numbers.length; at += PAGE_ROWS) {
    const page = numbers.slice(at, at + PAGE_ROWS).map(({ n }) => n);
    const { rows } = await database.query<StoredRow>(ROWS, [page]);
    found.push(...rows.map(rowOf));
  }
  return found;
}

type StoredRow = Omit<RegistryRow, 'n' | 'version' | 'atMs'> & {
  readonly n: string;
  readonly version: string;
  readonly atMs: string;
};

/** PostgreSQL's bigints come as texts. */
function rowOf({ n, version, atMs, ...row }: StoredRow): RegistryRow {
  return { ...row, n: Number(n), version: Number(version), atMs: Number(atMs) };
}

const APPLICATIONS = `
SELECT DISTINCT coalesce(after, before) ->> 'application_id' AS id FROM public.registry_change
 WHERE table_name = 'binding' AND ods_codes @> ARRAY[$1::text] AND at < ${epochMs('$2')} ORDER BY 1`;

/** As the index registry_change_application has it. */
const APPLICATION_ID = `coalesce(after ->> 'application_id', before ->> 'application_id', CASE WHEN table_name = 'application' THEN row_key END)`;

const NUMBERS = `
WITH of_applications AS MATERIALIZED (
  SELECT n, table_name, coalesce(after, before) AS state FROM public.registry_change
   WHERE ${APPLICATION_ID} = ANY($3::text[]) AND at < ${epochMs('$2')}
), named AS (
  SELECT n FROM public.registry_change
   WHERE ods_codes @> ARRAY[$1::text] AND at < ${epochMs('$2')}
     AND table_name IN ('organisation', 'sro_appointment', 'assurance_floor', 'trail_retention', 'rotation_policy',
                        'client_grant', 'binding')
  UNION SELECT n FROM of_applications WHERE table_name <> 'binding' OR state ->> 'ods_code' = $1
  UNION SELECT n FROM public.registry_change
   WHERE table_name = 'message_set' AND at < ${epochMs('$2')} AND row_key IN
     (SELECT state ->> 'message_set_name' FROM of_applications WHERE table_name = 'application_message_set')
  UNION SELECT n FROM public.registry_change
   WHERE table_name = 'environment' AND at < ${epochMs('$2')} AND row_key IN
     (SELECT state ->> 'environment' FROM of_applications WHERE table_name = 'application')
)
SELECT n FROM named JOIN public.registry_change USING (n)
 WHERE table_name = ANY($4::text[]) ORDER BY n LIMIT $5`;

const ROWS = `
SELECT n, version, ${millisecondsOf('at')} AS "atMs", actor, people, reason, table_name AS "table", row_key AS key,
       before, after
  FROM public.registry_change WHERE n = ANY($1::bigint[]) ORDER BY n`;
