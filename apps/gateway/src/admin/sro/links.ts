import { mintSroLink, type RandomBytes } from '@gatehouse/domain/input/opaque-key';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { notify } from '../../adapters/notices/notify.js';
import { linkNotice } from '../../adapters/people/sro-notices.js';
import { makeSroLink } from '../../adapters/people/sro-links.js';
import { conflict } from '../http/problem.js';
import type { Change, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, PUBLIC_URL, RANDOM_BYTES } from '../injected.js';
import { theAppointment } from './appointments.store.js';

const DAY_MS = 86_400_000;

export interface LinkRequest {
  readonly id: string;
  readonly expiresInDays: number;
}

/** One-time links by which a senior responsible owner accepts an appointment, or co-signs a write exception. */
@Injectable()
export class SroLinks {
  constructor(
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(RANDOM_BYTES) private readonly randomBytes: RandomBytes,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** @throws AdminProblem conflict, if the appointment is accepted already */
  async toAccept(transaction: Transaction, change: Change, { id, expiresInDays }: LinkRequest, reach: Reach) {
    const appointment = await theAppointment(transaction, id, reach);
    if (appointment.acceptedAt !== null) throw conflict('This appointment has already been accepted.');
    return this.create(transaction, change, { appointment, exceptionId: null, expiresInDays });
  }

  /** @param exceptionId null: the link accepts the appointment itself */
  async create(
    transaction: Transaction,
    change: Change,
    {
      appointment,
      exceptionId,
      expiresInDays,
    }: {
      readonly appointment: { readonly id: string; readonly odsCode: string };
      readonly exceptionId: string | null;
      readonly expiresInDays: number;
    },
  ) {
    const nowMs = this.now();
    const { id, key: token } = mintSroLink(this.randomBytes);
    const expiresAtMs = nowMs + expiresInDays * DAY_MS;
    const { id: appointmentId, odsCode } = appointment;
    const link = { id, token, appointmentId, odsCode, exceptionId, createdBy: change.actor, expiresAtMs };
    await makeSroLink(transaction, link, nowMs);
    await notify(transaction, linkNotice(link), nowMs);
    return { url: `${this.publicUrl}/sro/${token}`, expiresAt: new Date(expiresAtMs).toISOString() };
  }
}
