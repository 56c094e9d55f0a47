import type { ApplicationRate } from '@gatehouse/contracts/registry/record-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { mostInMinute, rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import { Inject, Injectable } from '@nestjs/common';
import { callsInMinute } from '../../adapters/rate/calls-in-minute.js';
import { clientView, organisationsOf, WHOLE_CLIENT } from '../clients/clients.store.js';
import { requireReach } from '../http/access/principal.js';
import { notFound } from '../http/problem.js';
import { type Tagged, tagged } from '../http/route/entity-tag.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments, PUBLIC_URL } from '../injected.js';
import { WHOLE_APPLICATION } from '../registry/applications.store.js';
import { applicationView } from '../registry/lists.store.js';
import { organisationView, WITH_COUNTS } from '../registry/organisations.view.js';

/** One organisation, application or client, with its entity tag; within a transaction where one is given. */
@Injectable()
export class RecordsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
  ) {}

  async organisation(odsCode: string, reach: Reach, db = this.db) {
    const row = await db.organisation.findUnique({ where: { odsCode }, include: WITH_COUNTS });
    if (row === null) throw notFound(`organisation ${odsCode}`);
    requireReach(reach, [odsCode], `organisation ${odsCode}`);
    return withTag(db, 'organisation', odsCode, organisationView(row));
  }

  async application(id: string, reach: Reach, db = this.db) {
    const row = await db.application.findUnique({ where: { id }, include: WHOLE_APPLICATION });
    if (row === null) throw notFound(`application ${id}`);
    const odsCodes = row.bindings.map(({ odsCode }) => odsCode);
    requireReach(reach, odsCodes, `application ${id}`);
    return withTag(db, 'application', id, applicationView(row, this.publicUrl));
  }

  async rate(id: string, reach: Reach): Promise<ApplicationRate> {
    const { environment } = (await this.application(id, reach)).record;
    const { requestsPerMinute } = this.environments.get(environment) ?? {};
    if (requestsPerMinute === undefined) return { perMinute: null, left: null };
    const perMinute = mostInMinute(rateLimitOf(requestsPerMinute));
    const used = await callsInMinute(this.db, id);
    return { perMinute, left: used === null ? null : Math.max(0, perMinute - used) };
  }

  async client(
    { environment, client }: { readonly environment: string; readonly client: string },
    reach: Reach,
  ) {
    const what = `client ${client} in ${environment}`;
    const row = await this.db.client.findUnique({
      where: { environmentName_name: { environmentName: environment, name: client } },
      include: WHOLE_CLIENT,
    });
    if (row === null) throw notFound(what);
    requireReach(reach, organisationsOf(row), what);
    return withTag(this.db, 'client', row.id, clientView(row, this.now()));
  }
}

/**
 * The last change of the row is part of the tag, since another API key may look the same once masked. The key itself
 * is not: a tag must give nobody a way to try keys out.
 */
async function withTag<T>(db: Queries, tableName: string, rowKey: string, record: T): Promise<Tagged<T>> {
  const last = await db.registryChange.findFirst({
    where: { tableName, rowKey },
    orderBy: { n: 'desc' },
    select: { n: true },
  });
  return tagged(record, String(last?.n));
}
