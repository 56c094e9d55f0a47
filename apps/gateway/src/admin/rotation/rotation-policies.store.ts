import type { RotationPolicyView } from '@gatehouse/contracts/operation/rotation-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { lastChanges } from '../history/last-changes.store.js';
import { requireNoLimit, requireReach } from '../http/access/principal.js';
import { pageOf } from '../http/paging.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';

interface PolicyRow {
  readonly id: string;
  readonly odsCode: string | null;
  readonly productName: string;
  readonly environmentName: string;
  readonly everyDays: number;
}

/** How often signing keys rotate. */
@Injectable()
export class RotationPoliciesStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
  ) {}

  async list(query: InputOf<'rotationPolicyList'>['query'], reach: Reach) {
    const { limit, after, organisation, product, environment } = query;
    const rows = await this.db.rotationPolicy.findMany({
      where: {
        ...(after === undefined ? {} : { id: { gt: after } }),
        ...(organisation === undefined ? {} : { odsCode: organisation }),
        ...(product === undefined ? {} : { productName: product }),
        ...(environment === undefined ? {} : { environmentName: environment }),
        ...(reach === 'all' ? {} : { AND: { odsCode: { in: [...reach] } } }),
      },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    const { items, next } = pageOf(
      rows,
      limit,
      ({ id }) => id,
      (row) => row,
    );
    return { items: await policyViews(this.db, items), next };
  }

  @Guarded('rotationPolicySet')
  async set(
    transaction: Transaction,
    _change: Change,
    { body }: GuardedInput<'rotationPolicySet'>,
    reach: Reach,
  ) {
    const { organisation, product: productName, environment: environmentName, everyDays } = body;
    refuseOutOfReach(reach, organisation ?? null);
    this.refuseWithoutKeys(environmentName);
    const odsCode = organisation ?? null;
    if (odsCode !== null && (await transaction.organisation.findUnique({ where: { odsCode } })) === null)
      throw notFound(`organisation ${odsCode}`);
    if ((await transaction.product.findUnique({ where: { name: productName } })) === null)
      throw notFound(`product ${productName}`);
    const identity = { odsCode, productName, environmentName };
    await refuseForSharedApplications(transaction, identity, reach);
    const row = await transaction.rotationPolicy.findFirst({ where: identity });
    const written =
      row === null
        ? await transaction.rotationPolicy.create({ data: { ...identity, everyDays } })
        : await transaction.rotationPolicy.update({ where: { id: row.id }, data: { everyDays } });
    return policyView(transaction, written);
  }

  @Guarded('rotationPolicyRemove')
  async remove(
    transaction: Transaction,
    _change: Change,
    { params: { id } }: GuardedInput<'rotationPolicyRemove'>,
    reach: Reach,
  ) {
    const row = await transaction.rotationPolicy.findUnique({ where: { id } });
    if (row === null || !reaches(reach, row.odsCode === null ? [] : [row.odsCode]))
      throw notFound(`rotation policy ${id}`);
    await refuseForSharedApplications(transaction, row, reach);
    const view = await policyView(transaction, row);
    await transaction.rotationPolicy.delete({ where: { id } });
    return view;
  }

  private refuseWithoutKeys(name: string): void {
    const environment = this.environments.get(name);
    if (environment === undefined) throw conflict(`This deployment does not serve ${name}.`);
    if (environment.kind === 'open') throw conflict(`${name} is an open environment and needs no key.`);
  }
}

function refuseOutOfReach(reach: Reach, odsCode: string | null): void {
  if (odsCode === null) requireNoLimit(reach, 'The policy of a CIS2 client');
  else requireReach(reach, [odsCode], `organisation ${odsCode}`);
}

/** An application of several organisations has one key, which rotates at the shortest of their intervals. */
async function refuseForSharedApplications(
  db: Queries,
  { odsCode, productName, environmentName }: Pick<PolicyRow, 'odsCode' | 'productName' | 'environmentName'>,
  reach: Reach,
): Promise<void> {
  if (odsCode === null) return;
  const rows = await db.application.findMany({
    where: { productName, environmentName, state: { not: 'retired' }, bindings: { some: { odsCode } } },
    select: { bindings: { select: { odsCode: true } } },
  });
  const served = rows.flatMap(({ bindings }) => bindings.map((binding) => binding.odsCode));
  if (reaches(reach, [odsCode, ...served])) return;
  throw new AdminProblem(
    'forbidden',
    `An application of ${odsCode} serves other organisations too, and your role does not cover all of them. Their calls are signed with the same key, so ask a colleague whose role covers them.`,
  );
}

async function policyView(db: Queries, row: PolicyRow): Promise<RotationPolicyView> {
  const [view] = await policyViews(db, [row]);
  if (view === undefined) throw new Error('a policy without a view');
  return view;
}

/** With the people who decided on each, as the history has them. */
async function policyViews(db: Queries, rows: readonly PolicyRow[]): Promise<RotationPolicyView[]> {
  const last = await lastChanges(
    db,
    'rotation_policy',
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, odsCode, productName, environmentName, everyDays }) => {
    const change = last.get(id);
    return {
      ...{ id, organisation: odsCode, product: productName, environment: environmentName, everyDays },
      setBy: change?.actor ?? '',
      setAt: (change?.at ?? new Date(0)).toISOString(),
    };
  });
}
