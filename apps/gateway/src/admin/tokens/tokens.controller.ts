import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route.js';
import { createToken, listTokens, revokeToken } from './tokens.store.js';

const DAY_MS = 86_400_000;

@Controller()
export class TokensController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('tokenList')
  list({ query }: InputOf<'tokenList'>, { staffId }: Acting) {
    return listTokens(this.deps.db, staffId, query, this.deps.now());
  }

  @Route('tokenCreate')
  create({ body }: InputOf<'tokenCreate'>, acting: Acting) {
    const { scopes } = acting;
    const beyond = scopes === null ? [] : body.scopes.filter((scope) => !scopes.includes(scope));
    if (beyond.length > 0) {
      throw new AdminProblem(
        'missing-scope',
        `Your own token lacks ${beyond.join(', ')}, so it can't hand that on.`,
      );
    }
    const nowMs = this.deps.now();
    return createToken(
      this.deps.db,
      changeBy(acting, body.reason),
      {
        label: body.label,
        scopes: body.scopes,
        staffId: acting.staffId,
        expiresAtMs: nowMs + body.expiresInDays * DAY_MS,
      },
      this.deps.randomBytes,
      nowMs,
    );
  }

  @Route('tokenRevoke')
  revoke({ params, body }: InputOf<'tokenRevoke'>, acting: Acting) {
    const change = changeBy(acting, body.reason);
    return revokeToken(this.deps.db, change, params.tokenId, acting, this.deps.now());
  }
}
