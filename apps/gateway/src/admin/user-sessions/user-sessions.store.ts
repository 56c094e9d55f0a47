import type { InputOf } from '@gatehouse/contracts/routes';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { ACTIVITY_WRITTEN_EVERY_MS, type SessionLimits } from '@gatehouse/domain/users/session-life';
import { Inject, Injectable } from '@nestjs/common';
import { type Ending, endSessions } from '../../adapters/users/end-sessions.js';
import { recordEnds } from '../../adapters/users/record-ends.js';
import { instantCursor, olderThan, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, USER_SESSION_LIMITS } from '../injected.js';
import { isLive, type SessionRow, userSessionView } from './user-sessions.view.js';

const MOST_OF_A_USER = 1_000;

/**
 * Sessions of healthcare workers. A session is within reach of a role for some organisations if it acts for one of them;
 * before a role is chosen it acts for none.
 */
@Injectable()
export class UserSessionsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(USER_SESSION_LIMITS) private readonly limits: SessionLimits,
  ) {}

  async list(query: InputOf<'userSessionList'>['query'], reach: Reach) {
    const { limit, after, state, userId, client, environment, organisation } = query;
    const nowMs = this.now();
    const rows = await this.db.userSession.findMany({
      where: {
        ...(userId === undefined ? {} : { userId }),
        ...(client === undefined ? {} : { client: { name: client } }),
        ...(environment === undefined ? {} : { environment }),
        AND: [
          within(reach),
          ...(organisation === undefined ? [] : [{ odsCode: organisation }]),
          ...(state === undefined
            ? []
            : [state === 'live' ? live(this.limits, nowMs) : { NOT: live(this.limits, nowMs) }]),
          ...(after === undefined ? [] : [olderThan('createdAt', after)]),
        ],
      },
      include: { client: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ createdAt, id }) => instantCursor(createdAt, id),
      (row) => userSessionView(row, this.limits, nowMs),
    );
  }

  /** @throws AdminProblem not-found, also for what is out of reach; conflict, if it has ended */
  async requireLive(transaction: Transaction, id: string, reach: Reach): Promise<SessionRow> {
    const row = await transaction.userSession.findUnique({ where: { id }, include: { client: true } });
    if (row === null || !reaches(reach, organisationsOf(row))) throw notFound(`user session ${id}`);
    if (!isLive(row, this.limits, this.now())) throw conflict('This session has ended already.');
    return row;
  }

  /** The live sessions of a user within reach. */
  liveOf(
    transaction: Transaction,
    { userId, environment }: InputOf<'userSessionsEnd'>['body'],
    reach: Reach,
  ): Promise<SessionRow[]> {
    return transaction.userSession.findMany({
      where: {
        userId,
        ...(environment === undefined ? {} : { environment }),
        AND: [within(reach), live(this.limits, this.now())],
      },
      include: { client: true },
      orderBy: { id: 'asc' },
      take: MOST_OF_A_USER,
    });
  }

  /** @throws what `record` throws; then the transaction may not commit */
  async end(
    transaction: Transaction,
    ids: readonly string[],
    ending: Ending,
    record: (event: SystemEvent) => Promise<void>,
  ): Promise<void> {
    await endSessions(transaction, ids, ending, this.now());
    const { failures } = await recordEnds(transaction, { ids }, record, this.now);
    if (failures.length > 0) throw failures[0];
  }

  async view(transaction: Transaction, id: string) {
    const row = await transaction.userSession.findUniqueOrThrow({
      where: { id },
      include: { client: true },
    });
    return userSessionView(row, this.limits, this.now());
  }
}

const organisationsOf = ({ odsCode }: Pick<SessionRow, 'odsCode'>) => (odsCode === null ? [] : [odsCode]);

const within = (reach: Reach) => (reach === 'all' ? {} : { odsCode: { in: [...reach] } });

/** Neither ended nor out of time. */
const live = (limits: SessionLimits, nowMs: number) => ({
  endedAt: null,
  authenticatedAt: { gt: new Date(nowMs - limits.totalMs) },
  lastActiveAt: { gt: new Date(nowMs - limits.idleMs - ACTIVITY_WRITTEN_EVERY_MS) },
});
