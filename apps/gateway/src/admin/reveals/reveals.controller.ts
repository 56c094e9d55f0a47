import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { RevealsStore } from './reveals.store.js';

/** The patient identifiers of one request of the audit trail. */
@Controller()
export class RevealsController {
  constructor(@Inject(RevealsStore) private readonly reveals: RevealsStore) {}

  @Route('revealAsk')
  async request({ params, body }: InputOf<'revealAsk'>, acting: Acting): Promise<never> {
    throw await this.reveals.request(acting, params.attemptId, body.reason);
  }

  @Route('revealStatus')
  status({ params }: InputOf<'revealStatus'>, acting: Acting) {
    return this.reveals.status(acting, params.attemptId);
  }

  @Route('revealShow')
  show({ params }: InputOf<'revealShow'>, acting: Acting) {
    return this.reveals.show(acting, params.attemptId);
  }
}
