import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { type Acting, changeBy } from '../http/access/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { TokensStore } from './tokens.store.js';

const DAY_MS = 86_400_000;

@Controller()
export class TokensController {
  constructor(
    @Inject(TokensStore) private readonly tokens: TokensStore,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('tokenList')
  list({ query }: InputOf<'tokenList'>, { staffId }: Acting) {
    return this.tokens.list(query, staffId);
  }

  @Route('tokenCreate')
  create({ body }: InputOf<'tokenCreate'>, acting: Acting) {
    refuseLackingScopes(acting, body.scopes);
    const change = changeBy(acting, body.reason);
    const { label, scopes } = body;
    const { staffId, tokenId: parentTokenId } = acting;
    const expiresAtMs = this.now() + body.expiresInDays * DAY_MS;
    return this.transactions.run(change, (transaction) =>
      this.tokens.create(transaction, change, { label, scopes, staffId, parentTokenId, expiresAtMs }),
    );
  }

  @Route('tokenRevoke')
  revoke({ params, body }: InputOf<'tokenRevoke'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.tokens.revoke(transaction, params.tokenId, acting),
    );
  }
}

function refuseLackingScopes({ scopes }: Acting, requested: readonly string[]): void {
  const lacking = scopes === null ? [] : requested.filter((scope) => !scopes.includes(scope));
  if (lacking.length === 0) return;
  throw new AdminProblem(
    'missing-scope',
    `Your own token lacks ${lacking.join(', ')}, so it cannot create a token that has it.`,
  );
}
