/**
 * One-time links by which a senior responsible owner accepts an appointment, or co-signs a write exception, without an
 * account. A link is known by the hash of its secret, answers once, and is void once another is made.
 */
import { changeRegistry, type Database, type Queries, type RegistryTransaction } from '@gatehouse/db/client';
import { parseSroLink } from '@gatehouse/domain/input/opaque-key';
import { isInForce } from '@gatehouse/domain/governance/sro';
import { notify } from '../notices/notify.js';
import { hashSecret } from './secret-hash.js';
import { appointmentOf } from './sro-appointment.js';
import { answerNotice } from './sro-notices.js';

const EVERYTHING = {
  appointment: { include: { organisation: true, predecessor: true } },
  exception: { include: { application: true } },
} as const;

type Row = NonNullable<Awaited<ReturnType<typeof find>>>;
type Appointment = Row['appointment'];

export type SroAnswer = 'accepted' | 'declined';

/** What somebody with a link may see: `unknown` for all that never was, `over` for what can't be answered any more. */
export type SroLink =
  | { readonly state: 'unknown' }
  | { readonly state: 'over'; readonly why: 'answered' | 'replaced' | 'expired' | 'withdrawn' }
  | { readonly state: 'open'; readonly link: Row };

export async function findSroLink(db: Queries, token: string, nowMs: number): Promise<SroLink> {
  const linkId = parseSroLink(token)?.linkId;
  const link = linkId === undefined ? null : await find(db, linkId, hashSecret(token));
  if (link === null) return { state: 'unknown' };
  const why = overBecause(link, nowMs);
  return why === null ? { state: 'open', link } : { state: 'over', why };
}

/** Answers it, once. @returns the link as it was found: unless `open`, nothing is changed */
export async function answerSroLink(
  db: Database,
  token: string,
  answer: SroAnswer,
  { from, nowMs }: { readonly from: string; readonly nowMs: number },
): Promise<SroLink> {
  const seen = await findSroLink(db, token, nowMs);
  if (seen.state !== 'open') return seen;
  const { name, email } = seen.link.appointment;
  const change = { actor: `SRO ${name} (${email})`, origin: `one-time link from ${from}`, reason: answer };
  const { value } = await changeRegistry(db, change, async (transaction) => {
    const linkState = await findSroLink(transaction, token, nowMs);
    if (linkState.state !== 'open') return linkState;
    const { id, appointment, exception } = linkState.link;
    await transaction.sroLink.update({ where: { id }, data: { endedAt: new Date(nowMs), outcome: answer } });
    const about = { id, odsCode: appointment.odsCode, exceptionId: exception?.id ?? null };
    await notify(transaction, answerNotice(about, answer, name), nowMs);
    if (exception !== null) {
      const data =
        answer === 'accepted'
          ? { cosignedAt: new Date(nowMs), cosignedBy: appointment.id }
          : { revokedAt: new Date(nowMs), revokedBy: change.actor };
      await transaction.writeException.update({ where: { id: exception.id }, data });
    } else if (answer === 'accepted') await acceptAppointment(transaction, appointment, nowMs);
    else {
      const data = { withdrawnAt: new Date(nowMs) };
      await transaction.sroAppointment.update({ where: { id: appointment.id }, data });
    }
    return linkState;
  });
  return value;
}

/** With its acceptance a successor's predecessor ends, on the day the successor starts. */
export async function acceptAppointment(
  transaction: RegistryTransaction,
  appointment: Pick<Appointment, 'id' | 'startsOn' | 'predecessor'>,
  acceptedAtMs: number,
) {
  const { id, startsOn, predecessor } = appointment;
  if (predecessor !== null && predecessor.withdrawnAt === null) {
    const ends = Math.max(startsOn?.getTime() ?? 0, acceptedAtMs);
    const data = { withdrawnAt: new Date(ends) };
    await transaction.sroAppointment.update({ where: { id: predecessor.id }, data });
  }
  const data = { acceptedAt: new Date(acceptedAtMs) };
  return transaction.sroAppointment.update({ where: { id }, data });
}

/** Makes a link and voids the one before it. */
export async function makeSroLink(
  transaction: RegistryTransaction,
  of: {
    readonly id: string;
    readonly token: string;
    readonly appointmentId: string;
    readonly odsCode: string;
    readonly exceptionId: string | null;
    readonly createdBy: string;
    readonly expiresAtMs: number;
  },
  nowMs: number,
): Promise<void> {
  const { token, expiresAtMs, ...data } = of;
  await transaction.sroLink.updateMany({
    where: {
      endedAt: null,
      exceptionId: of.exceptionId,
      // What is to be co-signed may have been sent to another owner before.
      ...(of.exceptionId === null ? { appointmentId: of.appointmentId } : {}),
    },
    data: { endedAt: new Date(nowMs), outcome: 'replaced' },
  });
  await transaction.sroLink.create({
    data: {
      ...data,
      secretHash: hashSecret(token),
      createdAt: new Date(nowMs),
      expiresAt: new Date(expiresAtMs),
    },
  });
}

function find(db: Queries, id: string, secretHash: string) {
  return db.sroLink.findUnique({ where: { id, secretHash }, include: EVERYTHING });
}

function overBecause(link: Row, nowMs: number): 'answered' | 'replaced' | 'expired' | 'withdrawn' | null {
  const { appointment, exception, outcome, expiresAt } = link;
  if (outcome === 'replaced') return 'replaced';
  if (outcome !== null) return 'answered';
  if (expiresAt.getTime() <= nowMs) return 'expired';
  if (appointment.withdrawnAt !== null) return 'withdrawn';
  if (exception === null) return appointment.acceptedAt === null ? null : 'answered';
  if (exception.revokedAt !== null || exception.expiresAt.getTime() <= nowMs) return 'withdrawn';
  if (exception.cosignedAt !== null) return 'answered';
  const current = isInForce(appointmentOf(appointment), exception.application.environmentName, nowMs);
  return current ? null : 'withdrawn';
}
