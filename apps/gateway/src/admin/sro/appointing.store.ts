import type { InputOf } from '@gatehouse/contracts/routes';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { requireReach } from '../http/access/principal.js';
import { invalid, notFound } from '../http/problem.js';
import type { Change, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, ENVIRONMENTS, type Environments } from '../injected.js';
import { appointmentDayFaults, REVIEW_AFTER_DAYS } from './appointment-days.js';
import { openLinks, viewOf } from './sro.view.js';

type Appointment = InputOf<'sroAppoint'>['body'];

/** The day is fixed with the request: a colleague who approves it tomorrow approves the same day. */
export function withReviewDay(
  body: Appointment,
  nowMs: number,
): Appointment & { readonly reviewDueOn: string } {
  const reviewDueOn = body.reviewDueOn ?? addDays(body.startsOn ?? londonDay(nowMs), REVIEW_AFTER_DAYS);
  return { ...body, reviewDueOn };
}

/** Proposes senior responsible owners; nothing is in force until the appointment is accepted. */
@Injectable()
export class Appointing {
  constructor(
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Guarded('sroAppoint')
  async appoint(
    transaction: Transaction,
    change: Change,
    { body }: GuardedInput<'sroAppoint'>,
    reach: Reach,
  ) {
    const nowMs = this.now();
    const { authority, ...appointment } = withReviewDay(body, nowMs);
    this.refuseFaults({ ...appointment, authority }, londonDay(nowMs));
    const { organisation: odsCode, startsOn, succeeds, reviewDueOn, reason: _, ...same } = appointment;
    requireReach(reach, [odsCode], `organisation ${odsCode}`);
    const organisation = await transaction.organisation.findUnique({ where: { odsCode } });
    if (organisation === null) throw notFound(`organisation ${odsCode}`);
    await refuseForeignHandover(transaction, body);
    const row = await transaction.sroAppointment.create({
      data: {
        ...same,
        odsCode,
        authorityName: authority.cioName,
        authorityReference: authority.reference,
        authorityDate: new Date(authority.date),
        authorityDocumentSha256: authority.documentSha256,
        startsOn: startsOn === undefined ? null : new Date(startsOn),
        succeeds: succeeds ?? null,
        reviewDueOn: new Date(reviewDueOn),
        appointedAt: new Date(nowMs),
        appointedBy: change.actor,
      },
      include: openLinks(nowMs),
    });
    return viewOf(row, nowMs);
  }

  private refuseFaults(appointment: Appointment & { readonly reviewDueOn: string }, today: string): void {
    const unserved = appointment.environments.flatMap((name, at) =>
      this.environments.has(name)
        ? []
        : [{ pointer: `/environments/${at}`, detail: `this deployment does not serve ${name}` }],
    );
    const faults = [...unserved, ...appointmentDayFaults(appointment, today)];
    if (faults.length > 0) throw invalid(faults);
  }
}

/** A handover is from an appointment of the same organisation that has not ended and is for no more environments. */
async function refuseForeignHandover(
  transaction: Transaction,
  { organisation, environments, succeeds }: Appointment,
): Promise<void> {
  if (succeeds === undefined) return;
  const former = await transaction.sroAppointment.findUnique({ where: { id: succeeds } });
  const detail =
    former?.odsCode !== organisation
      ? `${organisation} has no such appointment`
      : former.withdrawnAt !== null
        ? 'that appointment has ended'
        : former.environments.some((name) => !environments.includes(name))
          ? `that appointment is for ${former.environments.join(', ')}: name all of them`
          : null;
  if (detail !== null) throw invalid([{ pointer: '/succeeds', detail }]);
}
