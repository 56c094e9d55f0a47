import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { applicationKey } from '@gatehouse/domain/registry/records/application-fields';
import { applicationIdentity, type IdentityRows } from '../../adapters/registry/application-rows.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';

export const WHOLE_APPLICATION = {
  bindings: { include: { organisation: true }, orderBy: { odsCode: 'asc' } },
  messageSets: { orderBy: { messageSetName: 'asc' } },
  signingKeys: { orderBy: { createdAt: 'asc' } },
} as const;

/** An application as rows: with its organisations, message sets and keys. */
export type ApplicationRows = Awaited<ReturnType<typeof findApplications>>[number];

function findApplications(db: Queries, where: object, take: number) {
  return db.application.findMany({ where, include: WHOLE_APPLICATION, orderBy: { id: 'asc' }, take });
}

/** Every part of the choice that was made must fit; a retired application is found only by its id. */
export function applicationWhere(choice: ApplicationChoice) {
  return {
    ...(choice.application === undefined ? {} : { id: choice.application }),
    ...(choice.environment === undefined ? {} : { environmentName: choice.environment }),
    ...(choice.product === undefined ? {} : { productName: choice.product }),
    ...(choice.accessMode === undefined ? {} : { accessMode: choice.accessMode }),
    ...(choice.capability === undefined ? {} : { capability: choice.capability }),
    ...(choice.organisation === undefined ? {} : { bindings: { some: { odsCode: choice.organisation } } }),
  };
}

/** Applications all of whose organisations are within reach. */
export function ownedWithin(reach: Reach) {
  if (reach === 'all') return {};
  const mine = { odsCode: { in: [...reach] } };
  // `some` says no more than `every` does, but lets the database begin with these few.
  return { bindings: { some: mine, every: mine } };
}

/**
 * The one application that a choice names.
 * @throws AdminProblem if none or several fit, naming the candidates
 */
export async function theApplication(
  db: Queries,
  choice: ApplicationChoice,
  reach: Reach,
): Promise<ApplicationRows> {
  if (Object.values(choice).every((value) => value === undefined)) {
    throw new AdminProblem(
      'invalid-request',
      'Name the application: by its id, or by its organisation and whatever else makes it the only one.',
    );
  }
  const notRetired = choice.application === undefined ? { state: { not: 'retired' } } : {};
  const rows = await findApplications(
    db,
    { ...applicationWhere(choice), ...notRetired, AND: ownedWithin(reach) },
    11,
  );
  const [row] = rows;
  if (row === undefined) throw notFound('application that fits this choice');
  if (rows.length === 1) return row;
  const names = rows.slice(0, 10).map((candidate) => keyOfRows(candidate));
  throw conflict(
    `More than one application fits; be more specific. Candidates: ${names.join('; ')}${rows.length > 10 ? '; …' : ''}`,
  );
}

/** `int / R69 / ReferWell / application-restricted / provider`. */
export function keyOfRows(row: IdentityRows): string {
  return applicationKey(applicationIdentity(row));
}

export function jwksUrlOf(publicUrl: string, row: { readonly jwksId: string }): string {
  return `${publicUrl}/jwks/${row.jwksId}`;
}
