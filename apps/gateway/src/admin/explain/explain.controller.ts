import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { actorFacts } from '../audit/audit-access.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { EXPLAIN, type Explain } from '../injected.js';

@Controller()
export class ExplainController {
  constructor(@Inject(EXPLAIN) private readonly explainRequest: Explain) {}

  @Route('explain')
  explain({ body }: InputOf<'explain'>, acting: Acting) {
    return this.explainRequest(body, actorFacts(acting));
  }
}
