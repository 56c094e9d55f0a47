import type { Reach } from '@gatehouse/domain/governance/permissions';
import { WHOLE_APPLICATION } from '../registry/applications.store.js';
import { clientView, organisationsOf, WHOLE_CLIENT } from '../clients/clients.store.js';
import { within } from '../http/principal.js';
import { notFound } from '../http/problem.js';
import { type Tagged, tagged } from '../http/entity-tag.js';
import { applicationView } from '../registry/lists.store.js';
import { organisationView, WITH_COUNTS } from '../registry/organisations.store.js';
import type { Database, Transaction } from '../http/transaction.store.js';

export async function showOrganisation(db: Database | Transaction, odsCode: string, reach: Reach) {
  const row = await db.organisation.findUnique({ where: { odsCode }, include: WITH_COUNTS });
  if (row === null) throw notFound(`organisation ${odsCode}`);
  within(reach, [odsCode], `organisation ${odsCode}`);
  return withTag(db, 'organisation', odsCode, organisationView(row));
}

export async function showApplication(
  db: Database | Transaction,
  id: string,
  publicUrl: string,
  reach: Reach,
) {
  const row = await db.application.findUnique({ where: { id }, include: WHOLE_APPLICATION });
  if (row === null) throw notFound(`application ${id}`);
  const odsCodes = row.bindings.map(({ odsCode }) => odsCode);
  within(reach, odsCodes, `application ${id}`);
  return withTag(db, 'application', id, applicationView(row, publicUrl));
}

export async function showClient(
  db: Database,
  { environment, client }: { readonly environment: string; readonly client: string },
  nowMs: number,
  reach: Reach,
) {
  const what = `client ${client} in ${environment}`;
  const row = await db.client.findUnique({
    where: { environmentName_name: { environmentName: environment, name: client } },
    include: WHOLE_CLIENT,
  });
  if (row === null) throw notFound(what);
  within(reach, organisationsOf(row), what);
  return withTag(db, 'client', row.id, clientView(row, nowMs));
}

/**
 * The last change of the row is part of the tag, since another API key may look the same once masked. The key itself
 * is not: a tag must give nobody a way to try keys out.
 */
async function withTag<T>(
  db: Database | Transaction,
  tableName: string,
  rowKey: string,
  record: T,
): Promise<Tagged<T>> {
  const last = await db.registryChange.findFirst({
    where: { tableName, rowKey },
    orderBy: { n: 'desc' },
    select: { n: true },
  });
  return tagged(record, String(last?.n));
}
