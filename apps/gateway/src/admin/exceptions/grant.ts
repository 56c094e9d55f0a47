import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { endOfLondonDayMs, londonDay } from '@gatehouse/domain/governance/london-day';
import type { AdminDeps } from '../deps.js';
import { AdminProblem } from '../http/problem.js';
import type { Change } from '../http/transaction.store.js';
import { grantException } from './exceptions.store.js';

/** Grants an exception to the end of a day that is not over. @throws AdminProblem invalid-request */
export async function grantChecked(
  { db, now }: AdminDeps,
  change: Change,
  { expiresOn, reason: _reason, ...of }: InputOf<'exceptionGrant'>['body'],
  reach: Reach,
) {
  const nowMs = now();
  if (expiresOn < londonDay(nowMs)) {
    const errors = [{ pointer: '/expiresOn', detail: 'name today or a day to come' }];
    throw new AdminProblem('invalid-request', undefined, errors);
  }
  return grantException(db, change, { ...of, expiresAtMs: endOfLondonDayMs(expiresOn) }, nowMs, reach);
}
