import type { SearchHit } from '@gatehouse/contracts/registry/search-routes';
import { maskApiKey, SHORTEST_PARTLY_SHOWN } from '@gatehouse/domain/input/masking';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { SearchTerms } from '@gatehouse/domain/registry/search';
import { Inject, Injectable } from '@nestjs/common';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';
import { type ApplicationRows, ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';

/** The most results of each kind. The lists show all of them. */
export const MOST = 10;

interface Criterion {
  readonly matched: SearchHit['matched'];
  readonly where: object;
}

/** Finds organisations, applications and users. */
@Injectable()
export class SearchStore {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  /** By ODS code, or by the start of the name in any case. */
  async organisations({ odsCode, namePrefix }: SearchTerms, reach: Reach): Promise<SearchHit[]> {
    const within = reach === 'all' ? null : [...reach];
    const pattern = namePrefix === null ? null : startsWith(namePrefix);
    const rows = await this.db.$queryRaw<{ ods_code: string; name: string; state: string }[]>`
      SELECT ods_code, name, state FROM organisation
      WHERE (ods_code = ${odsCode} OR lower(name) LIKE ${pattern})
        AND (${within}::text[] IS NULL OR ods_code = ANY(${within}::text[]))
      ORDER BY ods_code IS DISTINCT FROM ${odsCode}, lower(name), ods_code LIMIT ${MOST}`;
    return rows.map(({ ods_code: id, name, state }) => ({
      type: 'organisation',
      id,
      title: name,
      detail: `${id}, ${state}`,
      matched: id === odsCode ? 'ODS code' : 'name',
    }));
  }

  /** By id, ASID, the id of a signing key, or the start or the end of the API key. */
  async applications(terms: SearchTerms, reach: Reach): Promise<SearchHit[]> {
    const { id, asid, registeredId: kid } = terms;
    const criteria: Criterion[] = [
      ...(id === null ? [] : [{ matched: 'application id', where: { id } } as const]),
      ...(asid === null ? [] : [{ matched: 'ASID', where: { asid } } as const]),
      ...(kid === null ? [] : [{ matched: 'key id', where: { signingKeys: { some: { kid } } } } as const]),
      { matched: 'API key', where: { id: { in: await this.idsByKey(terms, reach) } } },
    ];
    const hits = new Map<string, SearchHit>();
    for (const { matched, where } of criteria) {
      const rows = await this.db.application.findMany({
        where: { ...where, AND: ownedWithin(reach) },
        include: WHOLE_APPLICATION,
        orderBy: { id: 'asc' },
      });
      for (const row of rows) if (!hits.has(row.id)) hits.set(row.id, applicationHit(row, matched));
    }
    return [...hits.values()];
  }

  /** A user who has signed in, by their id; of sessions that act for an organisation within reach. */
  async users({ asid: userId }: SearchTerms, reach: Reach | null): Promise<SearchHit[]> {
    if (userId === null || reach === null) return [];
    const sessions = await this.db.userSession.count({
      where: { userId, ...(reach === 'all' ? {} : { odsCode: { in: [...reach] } }) },
    });
    if (sessions === 0) return [];
    const detail = `${String(sessions)} ${sessions === 1 ? 'session' : 'sessions'}, live or ended`;
    return [{ type: 'user', id: userId, title: `User ${userId}`, detail, matched: 'CIS2 user id' }];
  }

  /** Not of keys that are hidden whole: to find one would reveal how it begins or ends. */
  private async idsByKey({ keyPrefix, keyEnding }: SearchTerms, reach: Reach): Promise<string[]> {
    if (keyPrefix === null && keyEnding === null) return [];
    const within = reach === 'all' ? null : [...reach];
    const pattern = keyPrefix === null ? null : startsWith(keyPrefix);
    const rows = await this.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM application a
      WHERE length(api_key) >= ${SHORTEST_PARTLY_SHOWN}
        AND (api_key LIKE ${pattern} OR right(api_key, 4) = ${keyEnding})
        AND (${within}::text[] IS NULL OR NOT EXISTS (
          SELECT FROM binding b WHERE b.application_id = a.id AND b.ods_code <> ALL(${within}::text[])))
      ORDER BY id LIMIT ${MOST}`;
    return rows.map(({ id }) => id);
  }
}

function applicationHit(row: ApplicationRows, matched: SearchHit['matched']): SearchHit {
  const key = row.apiKey === null ? null : `API key ${maskApiKey(row.apiKey)}`;
  const details = [row.state, row.asid === null ? null : `ASID ${row.asid}`, key];
  const detail = details.filter((each) => each !== null).join(', ');
  return { type: 'application', id: row.id, title: nameOf(row), detail, matched };
}

/** As a pattern of LIKE. */
export const startsWith = (text: string): string => `${text.replace(/[\\%_]/g, '\\$&')}%`;
