import type { SearchHit } from '@gatehouse/contracts/registry/search-routes';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import type { SearchTerms } from '@gatehouse/domain/registry/search';
import { recordUse } from '../audit/record-use.js';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';

const MOST = 5;

/**
 * Requests by the id their caller gave them or the one that went to e-RS, for who may read the trail. What was found
 * is on record before it is shown; the text is not, since it may have been meant for something else, a secret even.
 */
export async function findRequests(
  deps: AdminDeps,
  acting: Acting,
  { id, correlationId }: SearchTerms,
): Promise<SearchHit[]> {
  const reach = reachOf(acting, 'audit.read');
  if (reach === null) return [];
  const find = async (matched: SearchHit['matched'], filter: object): Promise<SearchHit[]> => {
    const { items } = await deps.audit.list({ ...filter, reach }, { limit: MOST });
    return items.map((row) => hitOf(row, matched));
  };
  const hits = [
    ...(id === null ? [] : await find('attempt id', { attemptId: id })),
    ...(correlationId === null ? [] : await find('correlation id', { correlationId })),
  ];
  if (hits.length > 0) {
    await recordUse(deps, 'AUDIT_READ', acting, { search: true, attempts: hits.map((hit) => hit.id) });
  }
  return hits;
}

type Row = Readonly<Record<string, unknown>>;

function hitOf(row: Row, matched: SearchHit['matched']): SearchHit {
  const said = (...names: string[]) =>
    names.flatMap((name) => (typeof row[name] === 'string' ? [row[name]] : [])).join(', ');
  return {
    type: 'request',
    id: said('attemptId'),
    title: `Request ${said('interaction') || said('kind')}`,
    detail: said('startedAt', 'outcome', 'code', 'organisation', 'client'),
    matched,
  };
}
