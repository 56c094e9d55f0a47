import type { Reach } from '@gatehouse/domain/governance/permissions';
import { isInForce } from '@gatehouse/domain/governance/sro';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { conflict } from '../http/problem.js';
import type { Change, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { type LinkRequest, SroLinks } from '../sro/links.js';
import { exceptionView, theException } from './exceptions.store.js';

/** Co-signatures of senior responsible owners, without which a write exception opens nothing. */
@Injectable()
export class Cosigning {
  constructor(
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(SroLinks) private readonly links: SroLinks,
  ) {}

  /** Records a co-signature on paper, of the owner in force. @throws AdminProblem conflict */
  async record(transaction: Transaction, id: string, reach: Reach) {
    const cosigner = await this.requireCosigner(transaction, id, reach);
    const data = { cosignedAt: new Date(this.now()), cosignedBy: cosigner.id };
    await transaction.writeException.update({ where: { id }, data });
    return exceptionView(await theException(transaction, id, reach), this.now());
  }

  /** A link by which the owner in force co-signs. @throws AdminProblem conflict */
  async link(transaction: Transaction, change: Change, { id, expiresInDays }: LinkRequest, reach: Reach) {
    const appointment = await this.requireCosigner(transaction, id, reach);
    return this.links.create(transaction, change, { appointment, exceptionId: id, expiresInDays });
  }

  /** Who may co-sign the exception. @throws AdminProblem conflict, if that is done or nobody may */
  private async requireCosigner(transaction: Transaction, id: string, reach: Reach) {
    const nowMs = this.now();
    const exception = await theException(transaction, id, reach);
    if (exception.revokedAt !== null || exception.expiresAt.getTime() <= nowMs)
      throw conflict('This exception has been revoked or has expired.');
    if (exception.cosignedAt !== null) throw conflict('This exception has already been co-signed.');
    const { bindings, environmentName } = exception.application;
    const appointments = await transaction.sroAppointment.findMany({
      where: { odsCode: { in: bindings.map(({ odsCode }) => odsCode) } },
      orderBy: [{ role: 'desc' }, { appointedAt: 'desc' }],
    });
    const inForce = appointments.find((row) => isInForce(appointmentOf(row), environmentName, nowMs));
    if (inForce === undefined)
      throw conflict('No senior responsible owner is in force who could co-sign. Appoint one first.');
    return inForce;
  }
}
