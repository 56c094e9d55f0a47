import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import { type Acting, requireReach } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { RetentionStore } from './retention.store.js';

@Controller()
export class RetentionController {
  constructor(
    @Inject(RetentionStore) private readonly retention: RetentionStore,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('trailRetentionShow')
  show({ query }: InputOf<'trailRetentionShow'>, { reach }: Acting) {
    return this.retention.show(query, reach);
  }

  @Route('trailRetentionSet')
  setDeployment(input: InputOf<'trailRetentionSet'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'trailRetentionSet', input);
  }

  @Route('organisationRetentionSet')
  setOrganisation(input: InputOf<'organisationRetentionSet'>, acting: Acting) {
    const { odsCode } = input.params;
    requireReach(acting.reach, [odsCode], `organisation ${odsCode}`);
    return this.fourEyes.submit(acting, 'organisationRetentionSet', input);
  }
}
