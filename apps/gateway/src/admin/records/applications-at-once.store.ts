import { type ApplicationStateAtOnce, MOST_AT_ONCE } from '@gatehouse/contracts/registry/at-once-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { WEEK_MS } from '@gatehouse/domain/audit/rollup/figures';
import { EMPTY_DOCUMENT } from '@gatehouse/domain/registry/records/registry-records';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, PUBLIC_URL } from '../injected.js';
import { keyOfRows, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { RegistryWriter } from '../registry/apply.store.js';
import { applicationConditions, applicationView } from '../registry/lists.store.js';
import { ID, inOrder, sortedKeys } from '../registry/sorted-keys.store.js';
import { type Found, pointingToFilter, refuseOthers } from './at-once.js';
import { entryOf } from './record-changes.js';

type Filter = InputOf<'applicationsTotal'>['query'];

const STATES_BEFORE: Readonly<Record<ApplicationStateAtOnce, readonly string[]>> = {
  suspended: ['live'],
  live: ['draft', 'suspended'],
};

/** Suspends or puts in service every application that a filter finds: one registry document, applied like any other. */
@Injectable()
export class ApplicationsAtOnce {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(RegistryWriter) private readonly writer: RegistryWriter,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async preview({ to, ...filter }: InputOf<'applicationsAtOncePreview'>['query']) {
    const { keys, isMore } = await found(this.db, to, filter);
    const places = await this.db.application.findMany({
      where: { id: { in: [...keys] } },
      select: { environmentName: true },
      distinct: ['environmentName'],
      orderBy: { environmentName: 'asc' },
    });
    const atStake =
      isMore || to === 'live'
        ? null
        : await this.auditTrail.requestsAtStake({ applicationIds: keys }, 'all', this.now() - WEEK_MS);
    return {
      ...{ total: keys.length, isMore, atStake },
      environments: places.map(({ environmentName }) => environmentName),
    };
  }

  /** @throws AdminProblem if the filter finds another number than was confirmed, or a rule forbids one of the changes */
  @Guarded('applicationsAtOnceChange')
  async change(
    transaction: Transaction,
    _change: Change,
    { body: { to, filter, count } }: GuardedInput<'applicationsAtOnceChange'>,
  ) {
    const all = await found(transaction, to, filter);
    refuseOthers(all, count, 'applications');
    const rows = await transaction.application.findMany({
      where: { id: { in: [...all.keys] } },
      include: WHOLE_APPLICATION,
    });
    const chosen = inOrder(all.keys, rows, ({ id }) => id);
    const applications = chosen.map((row) => entryOf(applicationView(row, this.publicUrl), { state: to }));
    await pointingToFilter(
      this.writer.apply(transaction, { ...EMPTY_DOCUMENT, applications }),
      chosen.map(keyOfRows),
    );
    return { changed: count };
  }
}

/** Those that stand under an emergency stop are left out: they run again when it is lifted. */
async function found(db: Queries | Transaction, to: ApplicationStateAtOnce, filter: Filter): Promise<Found> {
  const list = { table: 'application', key: ID, by: ID, descending: false };
  const { keys, next } = await sortedKeys(db, list, { limit: MOST_AT_ONCE }, (at) => [
    ...applicationConditions(filter, 'all')(at),
    `state = ANY(${at(STATES_BEFORE[to])}::text[])`,
    `NOT EXISTS (SELECT FROM emergency_stop
      WHERE kind = 'application' AND target = application.id::text AND lifted_at IS NULL)`,
  ]);
  return { keys, isMore: next !== null };
}
