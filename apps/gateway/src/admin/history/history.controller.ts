import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { listHistory } from './history.store.js';

@Controller()
export class HistoryController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('historyList')
  list({ query }: InputOf<'historyList'>, acting: Acting) {
    return listHistory(this.deps.db, query, acting);
  }
}
