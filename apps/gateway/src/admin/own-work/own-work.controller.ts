import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { EndingStore } from './ending.store.js';
import { OwnWorkStore } from './own-work.store.js';

@Controller()
export class OwnWorkController {
  constructor(
    @Inject(OwnWorkStore) private readonly work: OwnWorkStore,
    @Inject(EndingStore) private readonly ending: EndingStore,
  ) {}

  @Route('ownWorkShow')
  async show(_input: InputOf<'ownWorkShow'>, acting: Acting) {
    return { ...(await this.work.changes(acting)), ending: await this.ending.list(acting) };
  }
}
