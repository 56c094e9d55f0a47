import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { SessionEnding } from './session-ending.js';
import { UserSessionsStore } from './user-sessions.store.js';

@Controller()
export class UserSessionsController {
  constructor(
    @Inject(UserSessionsStore) private readonly sessions: UserSessionsStore,
    @Inject(SessionEnding) private readonly ending: SessionEnding,
  ) {}

  @Route('userSessionList')
  list({ query }: InputOf<'userSessionList'>, { reach }: Acting) {
    return this.sessions.list(query, reach);
  }

  @Route('userSessionEnd')
  end(input: InputOf<'userSessionEnd'>, acting: Acting) {
    return this.ending.one(input, acting);
  }

  @Route('userSessionsEnd')
  endAll(input: InputOf<'userSessionsEnd'>, acting: Acting) {
    return this.ending.ofUser(input, acting);
  }
}
