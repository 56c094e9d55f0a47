import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { HealthStore } from './health.store.js';

@Controller()
export class HealthController {
  constructor(@Inject(HealthStore) private readonly health: HealthStore) {}

  @Route('healthShow')
  async show({ query: { applications, organisations } }: InputOf<'healthShow'>, { reach }: Acting) {
    const items = [
      ...(applications === undefined ? [] : await this.health.applications(applications.split(','), reach)),
      ...(organisations === undefined
        ? []
        : await this.health.organisations(organisations.split(','), reach)),
    ];
    return { items };
  }
}
