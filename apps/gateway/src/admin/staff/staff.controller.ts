import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { type Acting, changeBy, requireNoLimit } from '../http/access/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { StaffStore } from './staff.store.js';

/** The people who sign in. Nobody changes their own roles or state. */
@Controller()
export class StaffController {
  constructor(
    @Inject(StaffStore) private readonly staff: StaffStore,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  @Route('staffList')
  list({ query }: InputOf<'staffList'>, { reach }: Acting) {
    requireNoLimit(reach, 'The list of staff');
    return this.staff.list(query);
  }

  @Route('staffTotal')
  total(_: InputOf<'staffTotal'>, { reach }: Acting) {
    requireNoLimit(reach, 'The list of staff');
    return this.staff.total();
  }

  @Route('staffRoles')
  changeRole({ params: { id }, body }: InputOf<'staffRoles'>, acting: Acting) {
    refuseOwn(acting, id);
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      body.action === 'give'
        ? this.staff.giveRole(transaction, id, body.role, body.odsCodes)
        : this.staff.takeRole(transaction, id, body.role),
    );
  }

  @Route('staffSuspend')
  suspend({ params, body }: InputOf<'staffSuspend'>, acting: Acting) {
    refuseOwn(acting, params.id);
    const change = changeBy(acting, body.reason);
    return this.transactions.run(change, (transaction) => this.staff.suspend(transaction, change, params.id));
  }

  @Route('staffResume')
  resume({ params, body }: InputOf<'staffResume'>, acting: Acting) {
    refuseOwn(acting, params.id);
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.staff.resume(transaction, params.id),
    );
  }
}

function refuseOwn(acting: Acting, staffId: string): void {
  requireNoLimit(acting.reach, 'Changing staff');
  if (acting.staffId === staffId) {
    throw new AdminProblem(
      'forbidden',
      'You cannot change your own roles or state. Ask another administrator.',
    );
  }
}
