import type { InputOf } from '@gatehouse/contracts/routes';
import { INTERACTIONS } from '@gatehouse/domain/ers/interaction';
import { accessOf } from '@gatehouse/domain/ers/interaction-access';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { MessageSetsStore } from './message-sets.store.js';

@Controller()
export class MessageSetsController {
  constructor(@Inject(MessageSetsStore) private readonly messageSets: MessageSetsStore) {}

  @Route('messageSetList')
  list({ query }: InputOf<'messageSetList'>, { reach }: Acting) {
    return this.messageSets.list(query, reach);
  }

  @Route('messageSetShow')
  show({ params }: InputOf<'messageSetShow'>, { reach }: Acting) {
    return this.messageSets.show(params.name, reach);
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
