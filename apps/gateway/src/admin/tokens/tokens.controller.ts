import type { InputOf } from '@gatehouse/contracts/routes';
import { WALL_SCOPE } from '@gatehouse/domain/governance/permissions';
import { Controller, Inject } from '@nestjs/common';
import { type Acting, changeBy } from '../http/access/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, CONSOLE_ORIGIN } from '../injected.js';
import { TokensStore } from './tokens.store.js';

const DAY_MS = 86_400_000;
const WALL_LINK_DAYS = 30;

@Controller()
export class TokensController {
  constructor(
    @Inject(TokensStore) private readonly tokens: TokensStore,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CONSOLE_ORIGIN) private readonly consoleOrigin: string,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('tokenList')
  list({ query }: InputOf<'tokenList'>, acting: Acting) {
    return this.tokens.list(query, acting);
  }

  @Route('administrationShow')
  administration() {
    return this.tokens.ending();
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

  /** The page and its secret are one link. A browser sends nothing of what is behind the `#`. */
  @Route('wallLinkCreate')
  async createWallLink({ body }: InputOf<'wallLinkCreate'>, acting: Acting) {
    const change = changeBy(acting, body.reason);
    const { token, ...created } = await this.transactions.run(change, (transaction) =>
      this.tokens.create(transaction, change, {
        ...{ label: body.label, scopes: [WALL_SCOPE], staffId: acting.staffId, parentTokenId: null },
        expiresAtMs: this.now() + WALL_LINK_DAYS * DAY_MS,
      }),
    );
    return { ...created, url: `${this.consoleOrigin}/wall#${token}` };
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
