import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { AdminDeps } from '../deps.js';
import { toCosign } from '../sro/links.store.js';
import { type Change, changing } from '../http/transaction.store.js';
import { exceptionView, theException } from './exceptions.store.js';

/** Records the co-signature, on paper, of whoever is in force. @throws AdminProblem conflict */
export async function recordCosignature(
  deps: AdminDeps,
  change: Change,
  { id, reach, reference }: { readonly id: string; readonly reach: Reach; readonly reference: string },
) {
  const why = [`co-signature ${reference}`, change.reason].filter(Boolean).join(': ');
  return changing(deps.db, { ...change, reason: why }, async (transaction) => {
    const { appointment } = await toCosign(transaction, deps, id, reach);
    const data = { cosignedAt: new Date(deps.now()), cosignedBy: appointment.id };
    await transaction.writeException.update({ where: { id }, data });
    return exceptionView(await theException(transaction, id, reach), deps.now());
  });
}
