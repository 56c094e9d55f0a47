import { secondPersons, type SecondPerson } from '@gatehouse/domain/governance/four-eyes';
import { Inject, Injectable } from '@nestjs/common';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Transactions } from '../http/transactions.js';
import type { GuardedAction, GuardedInput, GuardedRoute } from './guarded.js';
import { GuardedActions } from './guarded-actions.js';
import { guardedEnvironments } from './guarded-environments.store.js';
import { PendingChanges } from './pending-changes.store.js';
import { type Proposal, watchWrites } from './written-rows.store.js';

const TIMEOUT_MS = 300_000;

/** Undoes what was carried out to see what it would write. */
class NeedsSecondPerson extends Error {
  override readonly name = 'NeedsSecondPerson';
  readonly proposal: Proposal;
  readonly needed: readonly SecondPerson[];
  constructor(proposal: Proposal, needed: readonly SecondPerson[]) {
    super('needs a second person');
    this.proposal = proposal;
    this.needed = needed;
  }
}

type ReasonedInput<N extends GuardedRoute> = GuardedInput<N> & {
  readonly body: { readonly reason?: string | undefined };
};

interface Instead<N extends GuardedRoute, R> {
  /** In place of the route's own action, where its progress is to be seen. */
  readonly action?: GuardedAction<N, R>;
  /** In place of the reason of the input, as the registry records it. */
  readonly reason?: string;
}

/** Carries out changes that may need a second person. */
@Injectable()
export class FourEyes {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(GuardedActions) private readonly actions: GuardedActions,
    @Inject(PendingChanges) private readonly pendingChanges: PendingChanges,
  ) {}

  /**
   * Carries a change out, unless what it writes needs a second person: then nothing is changed and the request is kept.
   * @throws AwaitingApproval with the change that waits
   */
  async submit<N extends GuardedRoute, R = Awaited<ReturnType<GuardedAction<N>>>>(
    acting: Acting,
    name: N,
    input: ReasonedInput<N>,
    instead: Instead<N, R> = {},
  ): Promise<R> {
    const { reason = input.body.reason, action = this.actions.of(name) as unknown as GuardedAction<N, R> } =
      instead;
    const change = changeBy(acting, reason);
    await this.actions.prepare(name, input);
    try {
      return await this.transactions.run(
        change,
        async (transaction) => {
          const guarded = await guardedEnvironments(transaction);
          const carryOut = () => action(transaction, change, input, acting.reach);
          if (guarded.size === 0) return carryOut();
          const { value, rows, proposal } = await watchWrites(transaction, carryOut);
          const needed = secondPersons(rows, guarded);
          if (needed.length > 0) throw new NeedsSecondPerson(await proposal(), needed);
          return value;
        },
        TIMEOUT_MS,
      );
    } catch (error) {
      if (!(error instanceof NeedsSecondPerson)) throw error;
      const { params, body } = input;
      const request = { action: name, input: { params, body }, needed: error.needed, ...error.proposal };
      throw await this.pendingChanges.keep(acting, request);
    }
  }
}
