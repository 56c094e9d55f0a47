import { randomUUID } from 'node:crypto';
import type { StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { AdminDeps } from '../deps.js';
import { instantOf, type Paging, pageOf } from '../http/paging.js';
import { type Acting, changeBy, within } from '../http/principal.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import { changing, type Transaction } from '../http/transaction.store.js';
import { find, refuseIdle, setState, SUSPENDED } from './suspend.store.js';

type Row = NonNullable<Awaited<ReturnType<Transaction['emergencyStop']['findUnique']>>>;

/** Suspends at once: every replica refuses the next request within a second. */
export async function makeStop({ db, now }: AdminDeps, acting: Acting, request: StopRequest) {
  return changing(db, changeBy(acting, `emergency stop: ${request.reason}`), async (transaction) => {
    const stopped = await find(transaction, request);
    within(acting.reach, stopped.odsCodes, `${request.kind} ${stopped.target}`);
    refuseIdle(request.kind, stopped);
    await setState(transaction, { kind: request.kind, ...stopped }, stopped.stateBefore, SUSPENDED);
    const { target, environment, odsCodes, stateBefore } = stopped;
    // It ran: so an earlier stop was undone by a change of the registry, which left it standing.
    await transaction.emergencyStop.updateMany({
      where: { kind: request.kind, target, environment, liftedAt: null },
      data: { liftedBy: acting.actor, liftedAt: new Date(now()), liftReason: 'found running again' },
    });
    return stopViewOf(
      await transaction.emergencyStop.create({
        data: {
          id: randomUUID(),
          kind: request.kind,
          target,
          environment,
          odsCodes: [...odsCodes],
          stateBefore,
          reason: request.reason,
          stoppedBy: acting.actor,
          stoppedByStaff: acting.staffId,
          stoppedAt: new Date(now()),
        },
      }),
    );
  });
}

/** By a person, and not by the one who stopped it. */
export async function reviewStop({ db, now }: AdminDeps, acting: Acting, id: string, note: string) {
  return changing(db, changeBy(acting, note), async (transaction) => {
    const row = await theStop(transaction, acting.reach, id);
    if (acting.staffId === null || acting.staffId === row.stoppedByStaff) {
      throw new AdminProblem('same-person', 'You made this stop. A colleague reviews it.');
    }
    if (row.reviewedAt !== null) throw conflict('This stop is reviewed already.');
    const data = {
      reviewedBy: acting.actor,
      reviewedByStaff: acting.staffId,
      reviewedAt: new Date(now()),
      reviewNote: note,
    };
    return stopViewOf(await transaction.emergencyStop.update({ where: { id }, data }));
  });
}

/** Newest first. People with a limited role see those of which every organisation is theirs. */
export async function listStops(
  { db }: AdminDeps,
  reach: Reach,
  { limit, after, only }: Paging & { readonly only?: 'standing' | 'unreviewed' | undefined },
) {
  const [afterAt, afterId] = (after ?? '').split('|', 2);
  const mine =
    reach === 'all'
      ? null
      : await db.$queryRaw<{ id: string }[]>`
          SELECT id FROM emergency_stop WHERE cardinality(ods_codes) > 0 AND ods_codes <@ ${[...reach]}::text[]`;
  const rows = await db.emergencyStop.findMany({
    where: {
      ...(only === 'standing' ? { liftedAt: null } : only === 'unreviewed' ? { reviewedAt: null } : {}),
      ...(mine === null ? {} : { id: { in: mine.map(({ id }) => id) } }),
      ...(afterAt === undefined || afterId === undefined
        ? {}
        : {
            OR: [
              { stoppedAt: { lt: new Date(afterAt) } },
              { stoppedAt: new Date(afterAt), id: { lt: afterId } },
            ],
          }),
    },
    orderBy: [{ stoppedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });
  return pageOf(rows, limit, ({ stoppedAt, id }) => `${stoppedAt.toISOString()}|${id}`, stopViewOf);
}

export async function theStop(
  transaction: Pick<Transaction, 'emergencyStop'>,
  reach: Reach,
  id: string,
): Promise<Row> {
  const row = await transaction.emergencyStop.findUnique({ where: { id } });
  if (row === null) throw notFound(`emergency stop ${id}`);
  within(reach, row.odsCodes, `emergency stop ${id}`);
  return row;
}

export function stopViewOf(row: Row) {
  return {
    id: row.id,
    kind: row.kind as StopRequest['kind'],
    target: row.target,
    environment: row.environment,
    organisations: row.odsCodes,
    reason: row.reason,
    stoppedBy: row.stoppedBy,
    stoppedAt: row.stoppedAt.toISOString(),
    liftedBy: row.liftedBy,
    liftedAt: instantOf(row.liftedAt),
    liftReason: row.liftReason,
    reviewedBy: row.reviewedBy,
    reviewedAt: instantOf(row.reviewedAt),
    reviewNote: row.reviewNote,
  };
}
