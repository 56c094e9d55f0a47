import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { EnvironmentsStore } from './environments.store.js';

@Controller()
export class EnvironmentsController {
  constructor(
    @Inject(EnvironmentsStore) private readonly environments: EnvironmentsStore,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('environmentList')
  list() {
    return this.environments.list();
  }

  @Route('environmentFourEyes')
  setFourEyes(input: InputOf<'environmentFourEyes'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'environmentFourEyes', input);
  }
}
