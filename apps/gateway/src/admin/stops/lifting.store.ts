import type { StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import { isUndo } from '@gatehouse/domain/governance/change-decision';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { notify } from '../../adapters/notices/notify.js';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import type { Acting } from '../http/access/principal.js';
import { conflict } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { liftNotice } from './stop-notices.js';
import { stopView } from './stop-views.store.js';
import { theStop } from './stops.store.js';
import { setState, SUSPENDED } from './suspension.store.js';

/** Ends emergency stops. */
@Injectable()
export class Lifting {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Puts back the state from before the stop, unless somebody has changed it since. @throws AdminProblem conflict */
  @Guarded('stopLift')
  async lift(
    transaction: Transaction,
    change: Change,
    { params: { id }, body }: GuardedInput<'stopLift'>,
    reach: Reach,
  ) {
    const row = await theStop(transaction, id, reach);
    if (row.liftedAt !== null) throw conflict('This stop has already been lifted.');
    const { target, environment, stateBefore } = row;
    const kind = row.kind as StopRequest['kind'];
    const data = { liftedBy: change.actor, liftedAt: new Date(this.now()), liftReason: body.reason };
    // First: the database lets nothing run while its stop stands.
    const lifted = await transaction.emergencyStop.update({ where: { id }, data });
    await setState(transaction, { kind, target, environment }, SUSPENDED, stateBefore);
    const view = await stopView(transaction, lifted);
    await notify(transaction, liftNotice(view), this.now());
    return view;
  }

  /** Whether this person takes back a stop of their own that they have just made. @throws AdminProblem not-found */
  async isUndo(acting: Acting, id: string): Promise<boolean> {
    const { stoppedByStaff, stoppedAt } = await theStop(this.db, id, acting.reach);
    return isUndo({ stoppedByStaff, stoppedAtMs: stoppedAt.getTime() }, acting, this.now());
  }
}
