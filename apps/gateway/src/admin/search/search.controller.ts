import type { InputOf } from '@gatehouse/contracts/routes';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import { searchTerms } from '@gatehouse/domain/registry/search';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { RequestSearch } from './request-search.js';
import { SearchStore } from './search.store.js';

@Controller()
export class SearchController {
  constructor(
    @Inject(SearchStore) private readonly registry: SearchStore,
    @Inject(RequestSearch) private readonly requests: RequestSearch,
  ) {}

  @Route('search')
  async search({ query }: InputOf<'search'>, acting: Acting) {
    const terms = searchTerms(query.q);
    const organisations = await this.registry.organisations(terms, acting.reach);
    const applications = await this.registry.applications(terms, acting.reach);
    const userReach = reachOf(acting, 'user-session.read');
    const users = userReach === null ? [] : await this.registry.users(terms, userReach);
    const requests = await this.requests.find(acting, terms);
    return { hits: [...organisations, ...applications, ...users, ...requests] };
  }
}
