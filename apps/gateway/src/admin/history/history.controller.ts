import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { HistoryStore } from './history.store.js';

@Controller()
export class HistoryController {
  constructor(@Inject(HistoryStore) private readonly history: HistoryStore) {}

  @Route('historyList')
  list({ query }: InputOf<'historyList'>, acting: Acting) {
    return this.history.list(query, acting);
  }
}
