import type { DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { Queries } from '../http/transactions.js';
import type { ApplicationRows } from '../registry/applications.store.js';

type LookAlike = DoctorReport['lookAlikes'][number];

/** Names from before the database refused look-alikes. Organisations are named only to people who see every one. */
export async function lookAlikesOf(db: Queries, row: ApplicationRows, reach: Reach): Promise<LookAlike[]> {
  const odsCodes = reach === 'all' ? row.bindings.map(({ odsCode }) => odsCode) : [];
  return db.$queryRaw<LookAlike[]>`
    SELECT 'product' AS kind, ${row.productName} AS name, name AS other FROM product
    WHERE name_key(name) = name_key(${row.productName}) AND name <> ${row.productName}
    UNION ALL
    SELECT 'organisation', mine.name || ' (' || mine.ods_code || ')', other.name || ' (' || other.ods_code || ')'
    FROM organisation mine JOIN organisation other ON name_key(other.name) = name_key(mine.name)
    WHERE mine.ods_code = ANY(${odsCodes}::text[]) AND other.name <> mine.name
    ORDER BY 1, 3`;
}
