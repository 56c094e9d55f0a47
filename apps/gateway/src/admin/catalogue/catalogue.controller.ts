import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { CatalogueStore } from './catalogue.store.js';

@Controller()
export class CatalogueController {
  constructor(@Inject(CatalogueStore) private readonly catalogue: CatalogueStore) {}

  @Route('catalogueComparisonRecord')
  record(input: InputOf<'catalogueComparisonRecord'>, acting: Acting) {
    return this.catalogue.record(input, acting);
  }

  @Route('catalogueComparisonShow')
  async show() {
    return { comparison: await this.catalogue.newest() };
  }
}
