import type { InputOf } from '@gatehouse/contracts/routes';
import { tablesSeen } from '@gatehouse/domain/audit/history';
import { pageOf } from '../http/paging.js';
import type { Acting } from '../http/principal.js';
import type { Database } from '../http/transaction.store.js';

type Row = Readonly<Record<string, unknown>> | null;

interface Found {
  readonly n: bigint;
  readonly version: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly reason: string | null;
  readonly origin: string | null;
  readonly table_name: string;
  readonly row_key: string;
  readonly ods_codes: string[];
  readonly before: Row;
  readonly after: Row;
}

/** Newest first. People with a limited role see rows that concern their organisations and no other. */
export async function listHistory(db: Database, query: InputOf<'historyList'>['query'], acting: Acting) {
  const { limit, table } = query;
  const [after, key] = [query.after ?? null, query.key ?? null];
  const [organisation, application] = [query.organisation ?? null, query.application ?? null];
  const seen = tablesSeen(acting, acting.reach);
  const tables = table === undefined ? [...seen] : seen.filter((each) => each === table);
  const mine = acting.reach === 'all' ? null : [...acting.reach];
  const rows = await db.$queryRaw<Found[]>`
    SELECT n, version, at, actor, reason, origin, table_name, row_key, ods_codes, before, after
    FROM registry_change
    WHERE table_name = ANY(${tables}::text[])
      AND (${key}::text IS NULL OR row_key = ${key}::text)
      AND (${organisation}::text IS NULL OR ods_codes @> ARRAY[${organisation}::text])
      AND (${application}::text IS NULL OR coalesce(after ->> 'application_id', before ->> 'application_id',
        CASE WHEN table_name = 'application' THEN row_key END) = ${application}::text)
      AND (${mine}::text[] IS NULL OR (ods_codes && ${mine}::text[] AND ods_codes <@ ${mine}::text[]))
      AND (${after}::bigint IS NULL OR n < ${after}::bigint)
    ORDER BY n DESC LIMIT ${limit + 1}`;
  return pageOf(rows, limit, ({ n }) => String(n), viewOf);
}

function viewOf({
  n,
  version,
  at,
  table_name: table,
  row_key: key,
  ods_codes: organisations,
  ...same
}: Found) {
  return {
    ...same,
    id: String(n),
    version: Number(version),
    at: at.toISOString(),
    table,
    key,
    organisations,
  };
}
