import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy, withoutLimit } from '../http/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route.js';
import { giveRole, listStaff, setStaffState, takeRole } from './staff.store.js';

/** The people who sign in. Nobody changes their own roles or state. */
@Controller()
export class StaffController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('staffList')
  list({ query }: InputOf<'staffList'>, acting: Acting) {
    withoutLimit(acting.reach, 'The list of staff');
    return listStaff(this.deps.db, query);
  }

  @Route('staffRoles')
  roles({ params, body }: InputOf<'staffRoles'>, acting: Acting) {
    refuseOneself(acting, params.id);
    const change = changeBy(acting, body.reason);
    return body.action === 'give'
      ? giveRole(this.deps.db, change, params.id, body.role, body.odsCodes)
      : takeRole(this.deps.db, change, params.id, body.role);
  }

  @Route('staffSuspend')
  suspend({ params, body }: InputOf<'staffSuspend'>, acting: Acting) {
    refuseOneself(acting, params.id);
    const change = changeBy(acting, body.reason);
    return setStaffState(this.deps.db, change, params.id, 'suspended', this.deps.now());
  }

  @Route('staffResume')
  resume({ params, body }: InputOf<'staffResume'>, acting: Acting) {
    refuseOneself(acting, params.id);
    const change = changeBy(acting, body.reason);
    return setStaffState(this.deps.db, change, params.id, 'active', this.deps.now());
  }
}

function refuseOneself(acting: Acting, staffId: string): void {
  withoutLimit(acting.reach, 'Changing staff');
  if (acting.staffId === staffId) {
    throw new AdminProblem(
      'forbidden',
      'Nobody changes their own roles or state. Ask another administrator.',
    );
  }
}
