import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { Database } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { applicationKey } from '@gatehouse/domain/registry/records/application-fields';
import { applicationIdentity, type IdentityRows } from '../../adapters/registry/application-rows.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import type { Transaction } from '../http/transaction.store.js';

export const WHOLE_APPLICATION = {
  bindings: { include: { organisation: true }, orderBy: { odsCode: 'asc' } },
  messageSets: { orderBy: { messageSetName: 'asc' } },
  signingKeys: { orderBy: { createdAt: 'asc' } },
} as const;

/** An application as rows: with its organisations, message sets and keys. */
export type ApplicationRows = Awaited<ReturnType<typeof findApplications>>[number];

function findApplications(db: Database | Transaction, where: object, take: number) {
  return db.application.findMany({ where, include: WHOLE_APPLICATION, orderBy: { id: 'asc' }, take });
}

/** Every part of the choice that was made must fit; what is retired is found only by its id. */
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
 * The one application a person means.
 * @throws AdminProblem if none or several fit, naming the candidates
 */
export async function theApplication(
  db: Database | Transaction,
  choice: ApplicationChoice,
  reach: Reach,
): Promise<ApplicationRows> {
  if (Object.values(choice).every((value) => value === undefined)) {
    throw new AdminProblem(
      'invalid-request',
      'Say which application: by its id, or by organisation and more.',
    );
  }
  const standing = choice.application === undefined ? { state: { not: 'retired' } } : {};
  const rows = await findApplications(
    db,
    { ...applicationWhere(choice), ...standing, AND: ownedWithin(reach) },
    11,
  );
  const [row] = rows;
  if (row === undefined) throw notFound('application that fits this choice');
  if (rows.length === 1) return row;
  const names = rows.slice(0, 10).map((candidate) => keyOfRows(candidate));
  throw conflict(
    `More than one application fits; say more. Candidates: ${names.join('; ')}${rows.length > 10 ? '; …' : ''}`,
  );
}

/** `int / R69 / ReferWell / application-restricted / provider`. */
export function keyOfRows(row: IdentityRows): string {
  return applicationKey(applicationIdentity(row));
}

export function jwksUrlOf(publicUrl: string, row: { readonly jwksId: string }): string {
  return `${publicUrl}/jwks/${row.jwksId}`;
}
