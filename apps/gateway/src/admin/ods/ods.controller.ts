import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { OdsStore } from './ods.store.js';

@Controller()
export class OdsController {
  constructor(@Inject(OdsStore) private readonly ods: OdsStore) {}

  @Route('odsFileLoad')
  load({ body }: InputOf<'odsFileLoad'>, acting: Acting) {
    return this.ods.load(body, acting);
  }

  @Route('odsFilesList')
  async files() {
    return { items: await this.ods.files() };
  }

  @Route('odsOrganisationShow')
  show({ params }: InputOf<'odsOrganisationShow'>) {
    return this.ods.show(params.odsCode);
  }
}
