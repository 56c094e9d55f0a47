import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { ImpactStore } from './impact.store.js';

@Controller()
export class ImpactController {
  constructor(@Inject(ImpactStore) private readonly impacts: ImpactStore) {}

  @Route('impactShow')
  show({ body }: InputOf<'impactShow'>, { reach }: Acting) {
    return this.impacts.show(body, reach);
  }
}
