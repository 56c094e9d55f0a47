import type { InputOf } from '@gatehouse/contracts/routes';
import { accessOf, INTERACTIONS } from '@gatehouse/domain/ers/interaction';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { listMessageSets, showMessageSet } from './message-sets.store.js';

@Controller()
export class MessageSetsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('messageSetList')
  list({ query }: InputOf<'messageSetList'>, { reach }: Acting) {
    return listMessageSets(this.deps.db, query, reach);
  }

  @Route('messageSetShow')
  show({ params }: InputOf<'messageSetShow'>, { reach }: Acting) {
    return showMessageSet(this.deps.db, params.name, reach);
  }

  @Route('catalogue')
  catalogue() {
    return {
      items: INTERACTIONS.map((interaction) => ({
        ...interaction,
        access: {
          userRestricted: accessOf(interaction, 'user-restricted', null),
          referrer: accessOf(interaction, 'application-restricted', 'referrer'),
          provider: accessOf(interaction, 'application-restricted', 'provider'),
        },
      })),
    };
  }
}
