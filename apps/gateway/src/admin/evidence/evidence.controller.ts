import type { ServerResponse } from 'node:http';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Exports } from '../http/access/exports.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { EvidencePacks } from './evidence-packs.js';

/** Only for people without a limit: a pack shows applications that other organisations share, and the whole trail's state. */
@Controller()
export class EvidenceController {
  constructor(
    @Inject(EvidencePacks) private readonly packs: EvidencePacks,
    @Inject(Exports) private readonly exports: Exports,
  ) {}

  @Route('evidencePackMake')
  async make({ body }: InputOf<'evidencePackMake'>, acting: Acting, response: ServerResponse): Promise<void> {
    await this.exports.run(response, acting, () => this.packs.send(response, acting, body));
  }
}
