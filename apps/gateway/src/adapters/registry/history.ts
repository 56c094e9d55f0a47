/**
 * The registry as it was at some version, from the append-only registry_change. Each table is restored by a query of
 * its name in front of the query that reads today's rows. Secrets are missing: of an API key, the last four remain.
 */
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type pg from 'pg';
import { ALL_ORGANISATIONS, QUERIES, type QueryName, rowsBy } from './rows.js';
import { wholeState } from './snapshot.js';

/** The tables a query reads, and the column by which it chooses rows; it never changes in the life of a row. */
const TABLES: Readonly<Record<QueryName, Readonly<Record<string, string>>>> = {
  organisations: { organisation: 'ods_code' },
  bindings: { binding: 'ods_code' },
  applications: { application: 'id', application_message_set: 'application_id' },
  writeExceptions: { write_exception: 'application_id' },
  signingKeys: { signing_key: 'application_id' },
  sroAppointments: { sro_appointment: 'ods_code' },
  assuranceFloors: { assurance_floor: 'ods_code' },
  clients: { client: 'id' },
  grants: { client_grant: 'client_id' },
  credentials: { client_credential: 'client_id' },
  messageSets: { message_set: 'name' },
  cis2Clients: { cis2_client: 'id' },
  cis2SigningKeys: { signing_key: 'cis2_client_id' },
};

/** A table's rows as of version $2, of the keys $1; null: all of them. A column made later is null. */
const asOf = ([table, key]: [string, string]): string => `${table} AS (
  SELECT row_then.* FROM (
    SELECT DISTINCT ON (row_key) after FROM public.registry_change
     WHERE table_name = '${table}' AND version <= $2
       AND ($1::text[] IS NULL
         OR coalesce(coalesce(after, before) ->> '${key}', '${ALL_ORGANISATIONS}') = ANY ($1::text[]))
     ORDER BY row_key, n DESC
  ) AS latest, jsonb_populate_record(NULL::public.${table}, latest.after) AS row_then
  WHERE latest.after IS NOT NULL
)`;

/** These organisations and clients, and all message sets, as they were at `version`. */
export async function registryAt(
  database: pg.Pool,
  version: number,
  scope: { readonly odsCodes: readonly string[]; readonly clientIds: readonly string[] },
): Promise<Snapshot> {
  const read = async <Row extends object>(name: QueryName, keys: readonly string[] | null) => {
    const wanted = name === 'messageSets' ? null : keys;
    if (wanted?.length === 0) return [];
    const tables = Object.entries(TABLES[name]).map(asOf).join(', ');
    return (await database.query<Row>(`WITH ${tables} ${QUERIES[name]}`, [wanted, version])).rows;
  };
  const rows = await rowsBy(read, { ...scope, applicationIds: [], messageSets: [], cis2Clients: false });
  return wholeState(version, rows).snapshot;
}
