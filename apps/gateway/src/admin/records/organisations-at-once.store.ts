import { MOST_AT_ONCE, type OrganisationStateAtOnce } from '@gatehouse/contracts/registry/at-once-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { WEEK_MS } from '@gatehouse/domain/audit/rollup/figures';
import { EMPTY_DOCUMENT } from '@gatehouse/domain/registry/records/registry-records';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { RegistryWriter } from '../registry/apply.store.js';
import { ODS_CODE, organisationConditions } from '../registry/lists.store.js';
import { sortedKeys } from '../registry/sorted-keys.store.js';
import { type Found, pointingToFilter, refuseOthers } from './at-once.js';

type Filter = InputOf<'organisationsTotal'>['query'];

const STATE_BEFORE: Readonly<Record<OrganisationStateAtOnce, string>> = {
  suspended: 'active',
  active: 'suspended',
};

/** Suspends or puts in service every organisation that a filter finds: one registry document, applied like any other. */
@Injectable()
export class OrganisationsAtOnce {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(RegistryWriter) private readonly writer: RegistryWriter,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async preview({ to, ...filter }: InputOf<'organisationsAtOncePreview'>['query']) {
    const { keys, isMore } = await found(this.db, to, filter);
    const atStake =
      isMore || to === 'active'
        ? null
        : await this.auditTrail.requestsAtStake({ odsCodes: keys }, 'all', this.now() - WEEK_MS);
    return { total: keys.length, isMore, atStake };
  }

  /** @throws AdminProblem if the filter finds another number than was confirmed, or a rule forbids one of the changes */
  @Guarded('organisationsAtOnceChange')
  async change(
    transaction: Transaction,
    _change: Change,
    { body: { to, filter, count } }: GuardedInput<'organisationsAtOnceChange'>,
  ) {
    const all = await found(transaction, to, filter);
    refuseOthers(all, count, 'organisations');
    const rows = await transaction.organisation.findMany({
      where: { odsCode: { in: [...all.keys] } },
      orderBy: { odsCode: 'asc' },
    });
    const organisations = rows.map(({ odsCode, name }) => ({ odsCode, name, state: to }));
    await pointingToFilter(
      this.writer.apply(transaction, { ...EMPTY_DOCUMENT, organisations }),
      organisations.map(({ odsCode }) => odsCode),
    );
    return { changed: count };
  }
}

/** Those that stand under an emergency stop are left out: they run again when it is lifted. */
async function found(db: Queries | Transaction, to: OrganisationStateAtOnce, filter: Filter): Promise<Found> {
  const list = { table: 'organisation', key: ODS_CODE, by: ODS_CODE, descending: false };
  const { keys, next } = await sortedKeys(db, list, { limit: MOST_AT_ONCE }, (at) => [
    ...organisationConditions(filter, 'all')(at),
    `state = ${at(STATE_BEFORE[to])}`,
    `NOT EXISTS (SELECT FROM emergency_stop
      WHERE kind = 'organisation' AND target = organisation.ods_code AND lifted_at IS NULL)`,
  ]);
  return { keys, isMore: next !== null };
}
