import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { AdminProblem, notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';

/**
 * The CIS2 clients that a choice made for applications fits as well: it may name environment and product. They belong
 * to no organisation, so they are within the reach of a role without limits only.
 * @returns null if none can fit. A query leaves the condition out then: beside another one, PostgreSQL would read all rows
 *   in search of one that fits it.
 */
export function cis2ClientWhere(choice: ApplicationChoice, reach: Reach) {
  const { environment, product, ...rest } = choice;
  const namesApplication = Object.values(rest).some((value) => value !== undefined);
  if (namesApplication || reach !== 'all') return null;
  return {
    ...(environment === undefined ? {} : { environmentName: environment }),
    ...(product === undefined ? {} : { productName: product }),
  };
}

/** @throws AdminProblem if the choice doesn't name one, or there is none */
export async function theCis2Client(db: Queries, choice: ApplicationChoice, reach: Reach) {
  if (choice.environment === undefined || choice.product === undefined)
    throw new AdminProblem('invalid-request', 'Name the CIS2 client by its environment and its product.');
  const where = cis2ClientWhere(choice, reach);
  const include = { signingKeys: { orderBy: { createdAt: 'asc' } } } as const;
  const row = where === null ? null : await db.cis2Client.findFirst({ where, include });
  if (row === null) throw notFound(`CIS2 client of ${choice.product} in ${choice.environment}`);
  return row;
}
