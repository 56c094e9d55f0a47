import type { SearchHit } from '@gatehouse/contracts/registry/search-routes';
import { maskApiKey, SHORTEST_PARTLY_SHOWN } from '@gatehouse/domain/input/masking';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { SearchTerms } from '@gatehouse/domain/registry/search';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';
import type { Database } from '../http/transaction.store.js';

/** Of each kind; more would be no search but a list. */
const MOST = 10;

/** By ODS code, or by the start of the name in any case. */
export async function findOrganisations(
  db: Database,
  { odsCode, namePrefix }: SearchTerms,
  reach: Reach,
): Promise<SearchHit[]> {
  const mine = reach === 'all' ? null : [...reach];
  const start = namePrefix === null ? null : startsWith(namePrefix);
  const rows = await db.$queryRaw<{ ods_code: string; name: string; state: string }[]>`
    SELECT ods_code, name, state FROM organisation
    WHERE (ods_code = ${odsCode} OR lower(name) LIKE ${start})
      AND (${mine}::text[] IS NULL OR ods_code = ANY(${mine}::text[]))
    ORDER BY ods_code IS DISTINCT FROM ${odsCode}, lower(name), ods_code LIMIT ${MOST}`;
  return rows.map(({ ods_code: id, name, state }) => ({
    type: 'organisation',
    id,
    title: name,
    detail: `${id}, ${state}`,
    matched: id === odsCode ? 'ODS code' : 'name',
  }));
}

export async function findApplications(db: Database, terms: SearchTerms, reach: Reach): Promise<SearchHit[]> {
  const { id, asid } = terms;
  const found: [SearchHit['matched'], object][] = [
    ...(id === null ? [] : ([['application id', { id }]] as [SearchHit['matched'], object][])),
    ...(asid === null ? [] : ([['ASID', { asid }]] as [SearchHit['matched'], object][])),
    ['API key', { id: { in: await idsByKey(db, terms, reach) } }],
  ];
  const hits = new Map<string, SearchHit>();
  for (const [matched, where] of found) {
    const rows = await db.application.findMany({
      where: { ...where, AND: ownedWithin(reach) },
      include: WHOLE_APPLICATION,
      orderBy: { id: 'asc' },
    });
    for (const row of rows) {
      const key = row.apiKey === null ? null : `API key ${maskApiKey(row.apiKey)}`;
      const detail = [row.state, row.asid === null ? null : `ASID ${row.asid}`, key];
      const hit = { type: 'application', id: row.id, title: nameOf(row), matched } as const;
      if (!hits.has(row.id))
        hits.set(row.id, { ...hit, detail: detail.filter((each) => each !== null).join(', ') });
    }
  }
  return [...hits.values()];
}

/** Not those of keys that are hidden whole: finding one would tell what it begins or ends with. */
async function idsByKey(
  db: Database,
  { keyPrefix, keyEnding }: SearchTerms,
  reach: Reach,
): Promise<string[]> {
  if (keyPrefix === null && keyEnding === null) return [];
  const mine = reach === 'all' ? null : [...reach];
  const start = keyPrefix === null ? null : startsWith(keyPrefix);
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM application a
    WHERE length(api_key) >= ${SHORTEST_PARTLY_SHOWN} AND (api_key LIKE ${start} OR right(api_key, 4) = ${keyEnding})
      AND (${mine}::text[] IS NULL OR NOT EXISTS (
        SELECT FROM binding b WHERE b.application_id = a.id AND b.ods_code <> ALL(${mine}::text[])))
    ORDER BY id LIMIT ${MOST}`;
  return rows.map(({ id }) => id);
}

/** As a pattern of LIKE. */
const startsWith = (text: string): string => `${text.replace(/[\\%_]/g, '\\$&')}%`;
