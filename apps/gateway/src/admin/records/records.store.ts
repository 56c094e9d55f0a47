import { createHash } from 'node:crypto';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { WHOLE_APPLICATION } from '../registry/applications.store.js';
import { clientView, organisationsOf, WHOLE_CLIENT } from '../clients/clients.store.js';
import { within } from '../http/principal.js';
import { AdminProblem, notFound } from '../http/problem.js';
import { applicationView } from '../registry/lists.store.js';
import { organisationView, WITH_COUNTS } from '../registry/organisations.store.js';
import type { Database, Transaction } from '../http/transaction.store.js';

/** A record as it is shown, and the strong entity tag of exactly this state. */
export interface Tagged<T> {
  readonly record: T;
  readonly etag: string;
}

export async function showOrganisation(db: Database | Transaction, odsCode: string, reach: Reach) {
  const row = await db.organisation.findUnique({ where: { odsCode }, include: WITH_COUNTS });
  if (row === null) throw notFound(`organisation ${odsCode}`);
  within(reach, [odsCode], `organisation ${odsCode}`);
  return tagged(db, 'organisation', odsCode, organisationView(row));
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
  return tagged(db, 'application', id, applicationView(row, publicUrl));
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
  return tagged(db, 'client', row.id, clientView(row, nowMs));
}

/**
 * The last change of the row is part of the tag, since another API key may look the same once masked. The key itself
 * is not: a tag must give nobody a way to try keys out.
 */
async function tagged<T>(
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
  const state = JSON.stringify([String(last?.n), record]);
  return { record, etag: `"${createHash('sha256').update(state).digest('base64url').slice(0, 22)}"` };
}

/** @throws AdminProblem if-match-needed, unless it names tags; what stands for every state names none */
export function tagsOf(ifMatch: string | undefined): readonly string[] {
  const tags = (ifMatch ?? '').match(/(?<![^\s,])"[^"]*"(?![^\s,])/g) ?? [];
  if (tags.length > 0) return tags;
  throw new AdminProblem(
    'if-match-needed',
    'Send the header If-Match with the ETag that reading it answered, so that nobody’s change is overwritten unseen.',
  );
}

/** To be called in the transaction that writes. @throws AdminProblem changed-meanwhile */
export function refuseStale({ etag }: Tagged<unknown>, tags: readonly string[], what: string): void {
  if (tags.includes(etag)) return;
  throw new AdminProblem(
    'changed-meanwhile',
    `Somebody has changed ${what} since you read it, and your change was not made. Read it again, look at what is different, and send your change with the new ETag.`,
  );
}
