import type { AnswerOf, RequestOf, RouteName } from '@gatehouse/contracts/routes';
import { call } from './api.js';
import type { Settings } from './settings.js';

type Item<N extends RouteName> = AnswerOf<N> extends { items: (infer I)[] } ? I : never;

/** All items of a list, page by page. */
export async function everyPage<N extends RouteName>(
  settings: Settings,
  name: N,
  query: object,
  most = Number.POSITIVE_INFINITY,
): Promise<Item<N>[]> {
  const items: Item<N>[] = [];
  let after: string | undefined;
  while (items.length < most) {
    const asked = {
      ...query,
      limit: String(Math.min(500, most - items.length)),
      ...(after === undefined ? {} : { after }),
    };
    const page = (await call(settings, name, { query: asked } as unknown as Partial<RequestOf<N>>)) as {
      items: Item<N>[];
      next: string | null;
    };
    items.push(...page.items);
    if (page.next === null) break;
    after = page.next;
  }
  return items;
}
