import type { DeploymentRetention, OrganisationRetention } from '@gatehouse/contracts/audit/retention-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { faultOfKeyDecision } from '@gatehouse/domain/audit/archive/key-destruction';
import { faultOfOwnRetention } from '@gatehouse/domain/audit/archive/retention';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { type LastChange, lastChanges } from '../history/last-changes.store.js';
import { pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

interface Row {
  readonly id: string;
  readonly odsCode: string | null;
  readonly keepOnline: number | null;
  readonly retention: number | null;
  readonly hold: string | null;
  readonly destroyKey: string | null;
  readonly keyDestroyedAt: Date | null;
}

/** How long the audit trail is kept: one row for the deployment, and one for each organisation that has its own. */
@Injectable()
export class RetentionStore {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  async show({ limit, after, organisation }: InputOf<'trailRetentionShow'>['query'], reach: Reach) {
    const rows = await this.db.trailRetention.findMany({
      where: {
        ...(after === undefined ? {} : { id: { gt: after } }),
        odsCode: { not: null, ...(organisation === undefined ? {} : { equals: organisation }) },
        ...(reach === 'all' ? {} : { AND: { odsCode: { in: [...reach] } } }),
      },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    const deployment = await this.db.trailRetention.findFirst({ where: { odsCode: null } });
    const { items, next } = pageOf(
      rows,
      limit,
      ({ id }) => id,
      (row) => row,
    );
    const changes = await this.changesOf(this.db, deployment === null ? items : [deployment, ...items]);
    return {
      deployment: deploymentView(deployment, changes),
      items: items.map((row) => organisationView(row.odsCode ?? '', row, changes)),
      next,
    };
  }

  @Guarded('trailRetentionSet')
  async setDeployment(
    transaction: Transaction,
    _change: Change,
    { body: { keepOnline, retention } }: GuardedInput<'trailRetentionSet'>,
  ) {
    const data = { keepOnline, retention };
    const row = await transaction.trailRetention.findFirst({ where: { odsCode: null } });
    const written =
      row === null
        ? await transaction.trailRetention.create({ data })
        : await transaction.trailRetention.update({ where: { id: row.id }, data });
    return deploymentView(written, await this.changesOf(transaction, [written]));
  }

  /**
   * @throws AdminProblem conflict, if its retention would be shorter than that of the deployment, or its data key has to stay
   */
  @Guarded('organisationRetentionSet')
  async setOrganisation(
    transaction: Transaction,
    _change: Change,
    { params: { odsCode }, body: { retention, hold, destroyKey } }: GuardedInput<'organisationRetentionSet'>,
  ) {
    const organisation = await transaction.organisation.findUnique({ where: { odsCode } });
    if (organisation === null) throw notFound(`organisation ${odsCode}`);
    const deployment = await transaction.trailRetention.findFirst({ where: { odsCode: null } });
    const deploymentRetention = deployment?.retention ?? null;
    const fault =
      faultOfOwnRetention(retention, deploymentRetention) ??
      (destroyKey === null
        ? null
        : faultOfKeyDecision({ state: organisation.state, hold, deploymentRetention }));
    if (fault !== null) throw conflict(fault);
    const row = await transaction.trailRetention.findFirst({ where: { odsCode } });
    if (retention === null && hold === null && destroyKey === null) {
      if (row !== null) await transaction.trailRetention.delete({ where: { id: row.id } });
      return organisationView(odsCode, null, new Map());
    }
    const data = { odsCode, retention, hold, destroyKey };
    const written =
      row === null
        ? await transaction.trailRetention.create({ data })
        : await transaction.trailRetention.update({ where: { id: row.id }, data });
    return organisationView(odsCode, written, await this.changesOf(transaction, [written]));
  }

  private changesOf(db: Queries, rows: readonly Row[]) {
    return lastChanges(
      db,
      'trail_retention',
      rows.map(({ id }) => id),
    );
  }
}

type Changes = ReadonlyMap<string, LastChange>;

function deploymentView(row: Row | null, changes: Changes): DeploymentRetention {
  const { keepOnline = null, retention = null } = row ?? {};
  return { keepOnline, retention, ...setOf(row, changes) };
}

function organisationView(organisation: string, row: Row | null, changes: Changes): OrganisationRetention {
  const { retention = null, hold = null, destroyKey = null, keyDestroyedAt = null } = row ?? {};
  return {
    ...{ organisation, retention, hold, destroyKey },
    keyDestroyedAt: keyDestroyedAt?.toISOString() ?? null,
    ...setOf(row, changes),
  };
}

function setOf(row: Row | null, changes: Changes) {
  const change = row === null ? undefined : changes.get(row.id);
  return { setBy: change?.actor ?? null, setAt: change?.at.toISOString() ?? null };
}
