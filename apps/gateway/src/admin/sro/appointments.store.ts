import type { InputOf } from '@gatehouse/contracts/routes';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { REVIEW_NOTICE_DAYS } from '@gatehouse/domain/governance/sro';
import { Inject, Injectable } from '@nestjs/common';
import { acceptAppointment } from '../../adapters/people/sro-links.js';
import { requireReach } from '../http/access/principal.js';
import { countedTotal, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { refuseBadAcceptance, refuseBadReview, REVIEW_AFTER_DAYS } from './appointment-days.js';
import { openLinks, viewOf } from './sro.view.js';

type Query = InputOf<'sroList'>['query'];
type Filter = InputOf<'sroTotal'>['query'];

/** Appointments of senior responsible owners. */
@Injectable()
export class AppointmentsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, ...filter }: Query, reach: Reach) {
    const nowMs = this.now();
    const rows = await this.db.sroAppointment.findMany({
      where: {
        ...appointmentsWhere(filter, reach, nowMs),
        ...(after === undefined ? {} : { id: { gt: after } }),
      },
      include: openLinks(nowMs),
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ id }) => id,
      (row) => viewOf(row, nowMs),
    );
  }

  async total(filter: Filter, reach: Reach) {
    const where = appointmentsWhere(filter, reach, this.now());
    return countedTotal((take) => this.db.sroAppointment.count({ where, take }));
  }

  /** Records an acceptance on paper. @throws AdminProblem conflict, if the appointment is accepted already */
  async accept(
    transaction: Transaction,
    id: string,
    { acceptedOn }: InputOf<'sroAccept'>['body'],
    reach: Reach,
  ) {
    const nowMs = this.now();
    const today = londonDay(nowMs);
    const day = acceptedOn ?? today;
    refuseBadAcceptance(day, today);
    const row = await theAppointment(transaction, id, reach);
    if (row.acceptedAt !== null) throw conflict('This appointment has already been accepted.');
    await acceptAppointment(transaction, row, day === today ? nowMs : Date.parse(day));
    return viewOf(await theAppointment(transaction, id, reach), nowMs);
  }

  async review(
    transaction: Transaction,
    id: string,
    { reviewDueOn }: InputOf<'sroReview'>['body'],
    reach: Reach,
  ) {
    const nowMs = this.now();
    const row = await theAppointment(transaction, id, reach);
    if (row.acceptedAt === null)
      throw conflict('This appointment has not been accepted, so there is nothing to review yet.');
    const dueOn = reviewDueOn ?? addDays(londonDay(nowMs), REVIEW_AFTER_DAYS);
    refuseBadReview(dueOn, londonDay(nowMs));
    const data = { reviewDueOn: new Date(dueOn), lastReviewedAt: new Date(nowMs) };
    return this.update(transaction, id, data);
  }

  async withdraw(transaction: Transaction, id: string, reach: Reach) {
    await theAppointment(transaction, id, reach);
    return this.update(transaction, id, { withdrawnAt: new Date(this.now()) });
  }

  private async update(
    transaction: Transaction,
    id: string,
    data: Parameters<Transaction['sroAppointment']['update']>[0]['data'],
  ) {
    const nowMs = this.now();
    const row = await transaction.sroAppointment.update({ where: { id }, data, include: openLinks(nowMs) });
    return viewOf(row, nowMs);
  }
}

/** An appointment that has not ended. @throws AdminProblem not-found, conflict */
export async function theAppointment(transaction: Transaction, id: string, reach: Reach) {
  const row = await transaction.sroAppointment.findUnique({
    where: { id },
    include: { predecessor: true, links: { where: { endedAt: null, exceptionId: null } } },
  });
  if (row === null) throw notFound(`appointment ${id}`);
  requireReach(reach, [row.odsCode], `appointment ${id}`);
  if (row.withdrawnAt !== null)
    throw conflict('This appointment has ended or was handed over. Make a new appointment.');
  return row;
}

function appointmentsWhere({ organisation, only }: Filter, reach: Reach, nowMs: number) {
  return {
    ...(organisation === undefined ? {} : { odsCode: organisation }),
    AND: [
      ...(reach === 'all' ? [] : [{ odsCode: { in: [...reach] } }]),
      ...(only === undefined ? [] : [onlyWhere(only, nowMs)]),
    ],
  };
}

function onlyWhere(only: NonNullable<Query['only']>, nowMs: number) {
  const now = new Date(nowMs);
  if (only === 'withdrawn') return { withdrawnAt: { lte: now } };
  const standing = { OR: [{ withdrawnAt: null }, { withdrawnAt: { gt: now } }] };
  if (only === 'standing') return standing;
  if (only === 'proposed') return { ...standing, acceptedAt: null };
  const noticeDay = addDays(londonDay(nowMs), REVIEW_NOTICE_DAYS[0]);
  return { ...standing, acceptedAt: { not: null }, reviewDueOn: { lte: new Date(noticeDay) } };
}
