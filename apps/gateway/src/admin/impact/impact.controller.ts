import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Impact } from './impact.js';

@Controller()
export class ImpactController {
  constructor(@Inject(Impact) private readonly impacts: Impact) {}

  @Route('impactShow')
  show({ body }: InputOf<'impactShow'>, { reach }: Acting) {
    return this.impacts.show(body, reach);
  }
}
