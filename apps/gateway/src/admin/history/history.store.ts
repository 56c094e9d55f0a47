import type { InputOf } from '@gatehouse/contracts/routes';
import { tablesSeen } from '@gatehouse/domain/audit/history';
import { Inject, Injectable } from '@nestjs/common';
import type { PersonId } from '@gatehouse/db/client';
import type { Acting } from '../http/access/principal.js';
import { pageOf } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

type RowState = Readonly<Record<string, unknown>> | null;

interface HistoryRow {
  readonly n: bigint;
  readonly version: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly people: readonly PersonId[];
  readonly reason: string | null;
  readonly origin: string | null;
  readonly table_name: string;
  readonly row_key: string;
  readonly ods_codes: string[];
  readonly before: RowState;
  readonly after: RowState;
}

/** What changed in the registry, by whom, when, why and from where. */
@Injectable()
export class HistoryStore {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  /** Newest first. People with a limited role see rows that concern their organisations and no other. */
  async list(query: InputOf<'historyList'>['query'], acting: Acting) {
    const { limit, table } = query;
    const [after, key] = [query.after ?? null, query.key ?? null];
    const [organisation, application] = [query.organisation ?? null, query.application ?? null];
    const [client, environment] = [query.client ?? null, query.environment ?? null];
    const seen = tablesSeen(acting, acting.reach);
    const tables = table === undefined ? [...seen] : seen.filter((each) => each === table);
    const within = acting.reach === 'all' ? null : [...acting.reach];
    const rows = await this.db.$queryRaw<HistoryRow[]>`
      SELECT n, version, at, actor, people, reason, origin, table_name, row_key, ods_codes, before, after
      FROM registry_change
      WHERE table_name = ANY(${tables}::text[])
        AND (${key}::text IS NULL OR row_key = ${key}::text)
        AND (${organisation}::text IS NULL OR ods_codes @> ARRAY[${organisation}::text])
        AND (${application}::text IS NULL OR coalesce(after ->> 'application_id', before ->> 'application_id',
          CASE WHEN table_name = 'application' THEN row_key END) = ${application}::text)
        AND (${client}::text IS NULL OR client_ids && ARRAY(SELECT id FROM client WHERE name = ${client}::text
          AND (${environment}::text IS NULL OR environment = ${environment}::text)))
        AND (${within}::text[] IS NULL OR (ods_codes && ${within}::text[] AND ods_codes <@ ${within}::text[]))
        AND (${after}::bigint IS NULL OR n < ${after}::bigint)
      ORDER BY n DESC LIMIT ${limit + 1}`;
    return pageOf(rows, limit, ({ n }) => String(n), viewOf);
  }
}

function viewOf(row: HistoryRow) {
  const { n, version, at, actor, people, reason, origin, before, after } = row;
  return {
    id: String(n),
    version: Number(version),
    at: at.toISOString(),
    actor,
    people: people.map(({ issuer, subject }) => ({ issuer, subject })),
    reason,
    origin,
    table: row.table_name,
    key: row.row_key,
    organisations: row.ods_codes,
    before,
    after,
  };
}
