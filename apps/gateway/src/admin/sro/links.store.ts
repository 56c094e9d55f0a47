import { mintSroLink } from '@gatehouse/domain/input/opaque-key';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { isInForce } from '@gatehouse/domain/governance/sro';
import { makeSroLink } from '../../adapters/people/sro-links.js';
import type { AdminDeps } from '../deps.js';
import { theException } from '../exceptions/exceptions.store.js';
import { conflict } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';
import { theAppointment } from './sro.store.js';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';

const DAY_MS = 86_400_000;

interface Asked {
  readonly id: string;
  readonly reach: Reach;
  readonly expiresInDays: number;
}

/** A link by which an appointment is accepted. @throws AdminProblem conflict if it is accepted already */
export async function linkToAccept(deps: AdminDeps, change: Change, { id, reach, expiresInDays }: Asked) {
  return changing(deps.db, change, async (transaction) => {
    const appointment = await theAppointment(transaction, id, reach);
    if (appointment.acceptedAt !== null) throw conflict('This appointment was accepted already.');
    return madeLink(deps, transaction, change, { appointment, exceptionId: null, expiresInDays });
  });
}

/** A link by which a write exception is co-signed. @throws AdminProblem conflict if that is done, or nobody could */
export async function linkToCosign(deps: AdminDeps, change: Change, { id, reach, expiresInDays }: Asked) {
  return changing(deps.db, change, async (transaction) => {
    const { appointment } = await toCosign(transaction, deps, id, reach);
    return madeLink(deps, transaction, change, { appointment, exceptionId: id, expiresInDays });
  });
}

/** The exception that waits for its co-signature, and the one who may give it. @throws AdminProblem */
export async function toCosign(transaction: Transaction, { now }: AdminDeps, id: string, reach: Reach) {
  const exception = await theException(transaction, id, reach);
  if (exception.revokedAt !== null || exception.expiresAt.getTime() <= now())
    throw conflict('This exception is closed.');
  if (exception.cosignedAt !== null) throw conflict('This exception is co-signed already.');
  const { bindings, environmentName } = exception.application;
  const standing = await transaction.sroAppointment.findMany({
    where: { odsCode: { in: bindings.map(({ odsCode }) => odsCode) } },
    orderBy: [{ role: 'desc' }, { appointedAt: 'desc' }],
  });
  const appointment = standing.find((row) => isInForce(appointmentOf(row), environmentName, now()));
  if (appointment === undefined)
    throw conflict('No senior responsible owner is in force who could co-sign: appoint one first.');
  return { exception, appointment };
}

async function madeLink(
  { randomBytes, publicUrl, now }: AdminDeps,
  transaction: Transaction,
  change: Change,
  of: {
    readonly appointment: { readonly id: string; readonly odsCode: string };
    readonly exceptionId: string | null;
    readonly expiresInDays: number;
  },
) {
  const { id, key: token } = mintSroLink(randomBytes);
  const { appointment, exceptionId } = of;
  const expiresAtMs = now() + of.expiresInDays * DAY_MS;
  const { id: appointmentId, odsCode } = appointment;
  const link = { id, token, appointmentId, odsCode, exceptionId, createdBy: change.actor, expiresAtMs };
  await makeSroLink(transaction, link, now());
  return { url: `${publicUrl}/sro/${token}`, expiresAt: new Date(expiresAtMs).toISOString() };
}
