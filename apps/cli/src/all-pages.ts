import type { AnswerOf, RequestOf, RouteName } from '@gatehouse/contracts/routes';
import { call } from './api.js';
import type { Settings } from './settings.js';

type Item<N extends RouteName> = AnswerOf<N> extends { items: (infer I)[] } ? I : never;

const LARGEST_PAGE = 500;

/**
 * The items of a list, page by page, until there are no more or `limit` is reached.
 * @param onPage is given each page, for what it says besides its items
 */
export async function allPages<N extends RouteName>(
  settings: Settings,
  name: N,
  query: object,
  limit = Number.POSITIVE_INFINITY,
  onPage: (page: AnswerOf<N>) => void = () => undefined,
): Promise<Item<N>[]> {
  const items: Item<N>[] = [];
  let after: string | undefined;
  while (items.length < limit) {
    const pageQuery = {
      ...query,
      limit: String(Math.min(LARGEST_PAGE, limit - items.length)),
      ...(after === undefined ? {} : { after }),
    };
    const answer = await call(settings, name, { query: pageQuery } as unknown as Partial<RequestOf<N>>);
    onPage(answer);
    const page = answer as { items: Item<N>[]; next: string | null };
    items.push(...page.items);
    if (page.next === null) break;
    after = page.next;
  }
  return items;
}
