import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { KeyDeletionsStore } from './key-deletions.store.js';

@Controller()
export class KeyDeletionsController {
  constructor(
    @Inject(KeyDeletionsStore) private readonly deletions: KeyDeletionsStore,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('keyDeletionList')
  list({ query }: InputOf<'keyDeletionList'>, { reach }: Acting) {
    return this.deletions.list(query, reach);
  }

  @Route('keyDeletionStrike')
  strike(input: InputOf<'keyDeletionStrike'>, acting: Acting) {
    return this.deletions.strike(acting, input);
  }

  @Route('keyDeletionApprove')
  approve(input: InputOf<'keyDeletionApprove'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'keyDeletionApprove', input);
  }

  @Route('keyDeletionCancel')
  cancel(input: InputOf<'keyDeletionCancel'>, acting: Acting) {
    return this.deletions.cancel(acting, input);
  }
}
