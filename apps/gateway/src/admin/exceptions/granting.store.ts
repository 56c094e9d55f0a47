import { endOfLondonDayMs, londonDay } from '@gatehouse/domain/governance/london-day';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { conflict, invalid } from '../http/problem.js';
import type { Change, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { keyOfRows, theApplication } from '../registry/applications.store.js';
import { exceptionView, WITH_APPLICATION } from './exceptions.store.js';

/** Opens one write to one application-restricted application, to the end of a day in London. */
@Injectable()
export class Granting {
  constructor(@Inject(CLOCK) private readonly now: Clock) {}

  @Guarded('exceptionGrant')
  async grant(
    transaction: Transaction,
    change: Change,
    { body }: GuardedInput<'exceptionGrant'>,
    reach: Reach,
  ) {
    const nowMs = this.now();
    const { environment, organisation, product, capability, interaction, useCaseReference, expiresOn } = body;
    if (expiresOn < londonDay(nowMs))
      throw invalid([{ pointer: '/expiresOn', detail: 'choose today or a day in the future' }]);
    const accessMode = 'application-restricted';
    const choice = { environment, organisation, product, capability, accessMode } as const;
    const application = await theApplication(transaction, choice, reach);
    const inForce = await transaction.writeException.findFirst({
      where: {
        applicationId: application.id,
        interaction,
        revokedAt: null,
        expiresAt: { gt: new Date(nowMs) },
      },
    });
    if (inForce !== null) {
      throw conflict(
        `${keyOfRows(application)} already has an exception for ${interaction}. Revoke that one first.`,
      );
    }
    const row = await transaction.writeException.create({
      data: {
        applicationId: application.id,
        interaction,
        useCaseReference,
        expiresAt: new Date(endOfLondonDayMs(expiresOn)),
        grantedAt: new Date(nowMs),
        grantedBy: change.actor,
      },
      include: WITH_APPLICATION,
    });
    return exceptionView(row, nowMs);
  }
}
