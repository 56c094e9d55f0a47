import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import { type Acting, requireNoLimit, requireReach } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { AssuranceStore } from './assurance.store.js';

@Controller()
export class AssuranceController {
  constructor(
    @Inject(AssuranceStore) private readonly assurance: AssuranceStore,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('assuranceList')
  list() {
    return this.assurance.list();
  }

  @Route('assuranceSet')
  set(input: InputOf<'assuranceSet'>, acting: Acting) {
    const { organisation } = input.body;
    if (organisation === undefined) requireNoLimit(acting.reach, 'The floor of all organisations');
    else requireReach(acting.reach, [organisation], `organisation ${organisation}`);
    return this.fourEyes.submit(acting, 'assuranceSet', input);
  }
}
