import type { InputOf } from '@gatehouse/contracts/routes';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import { searchTerms } from '@gatehouse/domain/registry/search';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { codeHits } from './code-hits.js';
import { NamesStore } from './names.store.js';
import { RequestSearch } from './request-search.js';
import { SearchStore } from './search.store.js';

@Controller()
export class SearchController {
  constructor(
    @Inject(SearchStore) private readonly registry: SearchStore,
    @Inject(NamesStore) private readonly names: NamesStore,
    @Inject(RequestSearch) private readonly requests: RequestSearch,
  ) {}

  @Route('search')
  async search({ query }: InputOf<'search'>, acting: Acting) {
    const terms = searchTerms(query.q);
    // All at once: the palette of the console searches while somebody types.
    const hits = await Promise.all([
      this.registry.organisations(terms, acting.reach),
      this.registry.applications(terms, acting.reach),
      this.names.clients(terms, acting.reach),
      this.names.cis2Clients(terms),
      this.names.sros(terms, reachOf(acting, 'sro.read')),
      this.registry.users(terms, reachOf(acting, 'user-session.read')),
      this.requests.find(acting, terms),
    ]);
    return { hits: [...hits.flat(), ...codeHits(query.q)] };
  }
}
