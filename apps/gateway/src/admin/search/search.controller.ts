import type { InputOf } from '@gatehouse/contracts/routes';
import { searchTerms } from '@gatehouse/domain/registry/search';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { findRequests } from './find-requests.js';
import { findApplications, findOrganisations } from './search.store.js';

@Controller()
export class SearchController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('search')
  async search({ query }: InputOf<'search'>, acting: Acting) {
    const terms = searchTerms(query.q);
    const organisations = await findOrganisations(this.deps.db, terms, acting.reach);
    const applications = await findApplications(this.deps.db, terms, acting.reach);
    const requests = await findRequests(this.deps, acting, terms);
    return { hits: [...organisations, ...applications, ...requests] };
  }
}
