import type { AsidPlanRequest } from '@gatehouse/contracts/asid-plan/planner-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import {
  countStates,
  planAsids,
  type RegisteredApplication,
  type WantedBinding,
} from '@gatehouse/domain/registry/asid-plan';
import { Inject, Injectable } from '@nestjs/common';
import { applicationIdentity } from '../../adapters/registry/application-rows.js';
import { grantRecord } from '../../adapters/registry/client-rows.js';
import { requireNoLimit } from '../http/access/principal.js';
import { pageOf } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { ownedWithin } from '../registry/applications.store.js';
import { combinationsOf, isChosen, type PlanScope } from './plan-scope.js';

/** Which applications and ASIDs are wanted, compared with those there are. */
@Injectable()
export class AsidPlanStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
  ) {}

  /** @throws AdminProblem forbidden, if somebody with a limited role wants a layout that spans all organisations */
  async show(request: AsidPlanRequest, reach: Reach) {
    if (request.layout === 'shared') requireNoLimit(reach, 'A shared ASID');
    const environmentNames = [...this.environments.keys()];
    const products = await this.productNames();
    const scope = { ...request, environments: request.environments ?? environmentNames };
    const organisations = await this.organisations(scope, reach);
    const organisationNames = new Map(organisations.map(({ odsCode, name }) => [odsCode, name]));
    const odsCodes = [...organisationNames.keys()];
    const rows = planAsids({
      layout: request.layout,
      wanted:
        request.wanted === 'grants'
          ? await this.grantedBindings(scope, new Set(odsCodes))
          : combinationsOf({ ...scope, products: scope.products ?? products }, odsCodes),
      applications: await this.applications(scope, reach),
      open: new Set(environmentNames.filter((name) => this.environments.get(name)?.kind === 'open')),
      organisationNames,
    });
    const selected = rows
      .filter(({ state }) => request.state === undefined || state === request.state)
      .filter(({ key }) => request.after === undefined || key > request.after);
    const page = pageOf(
      selected,
      request.limit,
      ({ key }) => key,
      (row) => row,
    );
    return { counts: countStates(rows), ...page, products, environments: environmentNames };
  }

  private async productNames(): Promise<string[]> {
    const rows = await this.db.product.findMany({ where: { state: 'active' }, orderBy: { name: 'asc' } });
    return rows.map(({ name }) => name);
  }

  /** A suspended organisation still needs its applications; a retired one needs none. */
  private organisations({ organisations }: PlanScope, reach: Reach) {
    return this.db.organisation.findMany({
      where: {
        state: { not: 'retired' },
        ...(organisations === undefined ? {} : { odsCode: { in: organisations } }),
        ...(reach === 'all' ? {} : { AND: { odsCode: { in: [...reach] } } }),
      },
      orderBy: { odsCode: 'asc' },
    });
  }

  /** What the grants of clients need that are not retired. */
  private async grantedBindings(scope: PlanScope, odsCodes: ReadonlySet<string>): Promise<WantedBinding[]> {
    const grants = await this.db.clientGrant.findMany({
      where: {
        client: { state: { not: 'retired' }, environmentName: { in: [...scope.environments] } },
        ...(scope.products === undefined ? {} : { productName: { in: scope.products } }),
      },
      include: { client: { select: { environmentName: true } } },
    });
    return grants
      .map((row) => {
        const { organisation: odsCode, ...grant } = grantRecord(row);
        return { environment: row.client.environmentName, odsCode, ...grant };
      })
      .filter((wanted) => odsCodes.has(wanted.odsCode) && isChosen(wanted, scope));
  }

  private async applications(scope: PlanScope, reach: Reach): Promise<RegisteredApplication[]> {
    const rows = await this.db.application.findMany({
      where: {
        state: { not: 'retired' },
        environmentName: { in: [...scope.environments] },
        ...(scope.products === undefined ? {} : { productName: { in: scope.products } }),
        ...(scope.organisations === undefined
          ? {}
          : { bindings: { some: { odsCode: { in: scope.organisations } } } }),
        AND: ownedWithin(reach),
      },
      include: { bindings: { select: { odsCode: true }, orderBy: { odsCode: 'asc' } } },
      orderBy: { id: 'asc' },
    });
    return rows
      .map((row) => ({
        ...applicationIdentity(row),
        id: row.id,
        state: row.state as RegisteredApplication['state'],
        asid: row.asid,
        hasApiKey: row.apiKey !== null,
      }))
      .filter((application) => isChosen(application, scope));
  }
}
