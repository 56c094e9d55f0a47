import type { InputOf } from '@gatehouse/contracts/routes';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { REVIEW_NOTICE_DAYS } from '@gatehouse/domain/governance/sro';
import { Inject, Injectable } from '@nestjs/common';
import { acceptAppointment } from '../../adapters/people/sro-links.js';
import { requireReach } from '../http/access/principal.js';
import { totalOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { type At, countedRows, ID, inOrder, NAME, sortedKeys } from '../registry/sorted-keys.store.js';
import { refuseBadAcceptance, refuseBadReview, REVIEW_AFTER_DAYS } from './appointment-days.js';
import { openLinks, viewOf } from './sro.view.js';

type Query = InputOf<'sroList'>['query'];
type Filter = InputOf<'sroTotal'>['query'];

const TABLE = 'sro_appointment';

/** Appointments of senior responsible owners. */
@Injectable()
export class AppointmentsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list(query: Query, reach: Reach) {
    const nowMs = this.now();
    const by = query.sort === 'name' ? NAME : ID;
    const sorted = { table: TABLE, key: ID, by, descending: query.order === 'desc' };
    const { keys, next } = await sortedKeys(this.db, sorted, query, conditions(query, reach, nowMs));
    const rows = await this.db.sroAppointment.findMany({
      where: { id: { in: [...keys] } },
      include: openLinks(nowMs),
    });
    return { items: inOrder(keys, rows, ({ id }) => id).map((row) => viewOf(row, nowMs)), next };
  }

  async total(filter: Filter, reach: Reach) {
    return totalOf(await countedRows(this.db, TABLE, conditions(filter, reach, this.now())));
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

const conditions =
  ({ organisation, only }: Filter, reach: Reach, nowMs: number) =>
  (at: At): string[] => [
    ...(organisation === undefined ? [] : [`ods_code = ${at(organisation)}`]),
    ...(reach === 'all' ? [] : [`ods_code = ANY(${at([...reach])}::text[])`]),
    ...(only === undefined ? [] : onlyConditions(only, nowMs, at)),
  ];

function onlyConditions(only: NonNullable<Query['only']>, nowMs: number, at: At): string[] {
  const now = `${at(new Date(nowMs))}::timestamptz`;
  if (only === 'withdrawn') return [`withdrawn_at <= ${now}`];
  const standing = `(withdrawn_at IS NULL OR withdrawn_at > ${now})`;
  if (only === 'standing') return [standing];
  if (only === 'proposed') return [standing, 'accepted_at IS NULL'];
  const noticeDay = addDays(londonDay(nowMs), REVIEW_NOTICE_DAYS[0]);
  return [standing, 'accepted_at IS NOT NULL', `review_due_on <= ${at(noticeDay)}::date`];
}
