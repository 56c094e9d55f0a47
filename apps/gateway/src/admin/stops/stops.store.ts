import { randomUUID } from 'node:crypto';
import type { StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { spanOf } from '@gatehouse/domain/input/moment';
import { Inject, Injectable } from '@nestjs/common';
import { notify } from '../../adapters/notices/notify.js';
import { type Acting, requireReach } from '../http/access/principal.js';
import { idsWithin } from '../http/access/ids-within.store.js';
import { instantCursor, olderThan, pageOf } from '../http/paging.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { stopView, stopViews } from './stop-views.store.js';
import { stopNotice } from './stop-notices.js';
import { findTarget, refuseIdle, setState, SUSPENDED } from './suspension.store.js';

/** Emergency stops: one person suspends something at once, and a colleague reviews it afterwards. */
@Injectable()
export class StopsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Newest first. People with a limited role see stops of which every organisation is theirs. */
  async list(query: InputOf<'stopList'>['query'], reach: Reach) {
    const { limit, after, only, kind, target, environment, from, until } = query;
    const { fromMs, untilMs } = spanOf(from, until);
    const rows = await this.db.emergencyStop.findMany({
      where: {
        ...(kind === undefined ? {} : { kind }),
        ...(target === undefined ? {} : { target }),
        ...(environment === undefined ? {} : { environment }),
        ...(only === 'standing' ? { liftedAt: null } : only === 'unreviewed' ? { reviewedAt: null } : {}),
        ...(reach === 'all' ? {} : { id: { in: await idsWithin(this.db, 'emergency_stop', reach) } }),
        AND: [
          ...(fromMs === undefined ? [] : [{ stoppedAt: { gte: new Date(fromMs) } }]),
          ...(untilMs === undefined ? [] : [{ stoppedAt: { lt: new Date(untilMs) } }]),
          ...(after === undefined ? [] : [olderThan('stoppedAt', after)]),
        ],
      },
      orderBy: [{ stoppedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const { items, next } = pageOf(
      rows,
      limit,
      ({ stoppedAt, id }) => instantCursor(stoppedAt, id),
      (row) => row,
    );
    return { items: await stopViews(this.db, items), next };
  }

  /** Suspends at once: every replica refuses the next request within a second. */
  async create(transaction: Transaction, acting: Acting, request: StopRequest) {
    const stopTarget = await findTarget(transaction, request);
    const { kind, target, environment, odsCodes, state } = stopTarget;
    requireReach(acting.reach, odsCodes, `${kind} ${target}`);
    refuseIdle(stopTarget);
    await setState(transaction, stopTarget, state, SUSPENDED);
    const row = await transaction.emergencyStop.create({
      data: {
        id: randomUUID(),
        kind,
        target,
        environment,
        odsCodes: [...odsCodes],
        stateBefore: state,
        reason: request.reason,
        stoppedBy: acting.actor,
        stoppedByStaff: acting.staffId,
        stoppedAt: new Date(this.now()),
      },
    });
    const view = await stopView(transaction, row);
    await notify(transaction, stopNotice(view, acting.staffId), this.now());
    return view;
  }

  /** By a person, and not by the one who made the stop. */
  async review(transaction: Transaction, acting: Acting, id: string, note: string) {
    const row = await theStop(transaction, id, acting.reach);
    if (acting.staffId === null || acting.staffId === row.stoppedByStaff) {
      throw new AdminProblem('same-person', 'You made this stop. A colleague must review it.');
    }
    if (row.reviewedAt !== null) throw conflict('This stop has already been reviewed.');
    const data = {
      reviewedBy: acting.actor,
      reviewedByStaff: acting.staffId,
      reviewedAt: new Date(this.now()),
      reviewNote: note,
    };
    return stopView(transaction, await transaction.emergencyStop.update({ where: { id }, data }));
  }
}

/** @throws AdminProblem not-found, also for what is out of reach */
export async function theStop(db: Queries, id: string, reach: Reach) {
  const row = await db.emergencyStop.findUnique({ where: { id } });
  if (row === null) throw notFound(`emergency stop ${id}`);
  requireReach(reach, row.odsCodes, `emergency stop ${id}`);
  return row;
}
