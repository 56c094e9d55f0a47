import type { StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import { isUndo } from '@gatehouse/domain/governance/change-decision';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { conflict } from '../http/problem.js';
import { type Change, changing } from '../http/transaction.store.js';
import { stopViewOf, theStop } from './stops.store.js';
import { setState, SUSPENDED } from './suspend.store.js';

/** Puts back what was stopped, unless somebody has changed it since. @throws AdminProblem conflict */
export async function liftStop(
  { db, now }: AdminDeps,
  change: Change,
  id: string,
  reason: string,
  reach: Reach,
) {
  const lifting = { ...change, reason: `emergency stop lifted: ${reason}` };
  return changing(db, lifting, async (transaction) => {
    const row = await theStop(transaction, reach, id);
    if (row.liftedAt !== null) throw conflict('This stop is lifted already.');
    const { target, environment, stateBefore } = row;
    const kind = row.kind as StopRequest['kind'];
    await setState(transaction, { kind, target, environment }, SUSPENDED, stateBefore);
    const data = { liftedBy: change.actor, liftedAt: new Date(now()), liftReason: reason };
    return stopViewOf(await transaction.emergencyStop.update({ where: { id }, data }));
  });
}

/** Whether this person takes back a slip of their own. @throws AdminProblem not-found */
export async function undoes({ db, now }: AdminDeps, acting: Acting, id: string): Promise<boolean> {
  const row = await theStop(db, acting.reach, id);
  return isUndo({ stoppedByStaff: row.stoppedByStaff, stoppedAtMs: row.stoppedAt.getTime() }, acting, now());
}
