import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../http/guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy, withoutLimit } from '../http/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Input, Route } from '../http/route.js';
import { giveRole, listStaff, setStaffState, takeRole } from './staff.store.js';

/** The people who sign in. Nobody changes their own roles or state. */
@Controller()
export class StaffController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('staffList')
  list(@Input('staffList') { query }: InputOf<'staffList'>, @Actor() acting: Acting) {
    withoutLimit(acting.reach, 'The list of staff');
    return listStaff(this.deps.db, query);
  }

  @Route('staffRoles')
  roles(@Input('staffRoles') { params, body }: InputOf<'staffRoles'>, @Actor() acting: Acting) {
    refuseOneself(acting, params.id);
    const change = changeBy(acting, body.reason);
    return body.action === 'give'
      ? giveRole(this.deps.db, change, params.id, body.role, body.odsCodes)
      : takeRole(this.deps.db, change, params.id, body.role);
  }

  @Route('staffSuspend')
  suspend(@Input('staffSuspend') { params, body }: InputOf<'staffSuspend'>, @Actor() acting: Acting) {
    refuseOneself(acting, params.id);
    const change = changeBy(acting, body.reason);
    return setStaffState(this.deps.db, change, params.id, 'suspended', this.deps.now());
  }

  @Route('staffResume')
  resume(@Input('staffResume') { params, body }: InputOf<'staffResume'>, @Actor() acting: Acting) {
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
