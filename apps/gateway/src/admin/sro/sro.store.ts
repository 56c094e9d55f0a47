import type { Reach } from '@gatehouse/domain/governance/permissions';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import { REVIEW_NOTICE_DAYS } from '@gatehouse/domain/governance/sro';
import { acceptAppointment } from '../../adapters/people/sro-links.js';
import type { AdminDeps } from '../deps.js';
import { ensureEnvironments } from '../registry/environments.store.js';
import { type Paging, pageOf } from '../http/paging.js';
import { within } from '../http/principal.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import { type Change, changing, type Database, type Transaction } from '../http/transaction.store.js';
import { type AppointmentRow, openLinks, viewOf } from './sro.view.js';

/**
 * A rule of Gatehouse: NHS England asks for an owner and names no interval (docs/reference/protocol-facts.md §9.2).
 */
export const REVIEW_AFTER_DAYS = 365;
/** A leap year’s; a later day would be no yearly review. */
export const REVIEW_WITHIN_DAYS = 366;

export interface NewAppointment {
  readonly organisation: string;
  readonly environments: readonly string[];
  readonly name: string;
  readonly email: string;
  readonly jobTitle: string;
  readonly spineUserId: string;
  readonly authority: {
    readonly cioName: string;
    readonly reference: string;
    readonly date: string;
    readonly documentSha256: string;
  };
  readonly role: 'owner' | 'deputy';
  readonly startsOn?: string | undefined;
  readonly succeeds?: string | undefined;
  readonly reviewDueOn: string;
  readonly graceDays: number;
}

/** Proposes a senior responsible owner; nothing is in force until the appointment is accepted. */
export async function appoint(
  { db, environments }: Pick<AdminDeps, 'db' | 'environments'>,
  change: Change,
  of: NewAppointment,
  nowMs: number,
  reach: Reach,
) {
  return changing(db, change, async (transaction) => {
    await ensureEnvironments(transaction, environments);
    within(reach, [of.organisation], `organisation ${of.organisation}`);
    const organisation = await transaction.organisation.findUnique({ where: { odsCode: of.organisation } });
    if (organisation === null) throw notFound(`organisation ${of.organisation}`);
    await refuseStrangeHandover(transaction, of);
    const row = await transaction.sroAppointment.create({
      data: {
        odsCode: of.organisation,
        environments: [...of.environments],
        name: of.name,
        email: of.email,
        jobTitle: of.jobTitle,
        spineUserId: of.spineUserId,
        authorityName: of.authority.cioName,
        authorityReference: of.authority.reference,
        authorityDate: new Date(of.authority.date),
        authorityDocumentSha256: of.authority.documentSha256,
        role: of.role,
        startsOn: of.startsOn === undefined ? null : new Date(of.startsOn),
        succeeds: of.succeeds ?? null,
        reviewDueOn: new Date(of.reviewDueOn),
        graceDays: of.graceDays,
        appointedAt: new Date(nowMs),
        appointedBy: change.actor,
      },
      include: openLinks(nowMs),
    });
    return viewOf(row, nowMs);
  });
}

/** One takes over from a standing appointment of the same organisation that is for no more environments. */
async function refuseStrangeHandover(transaction: Transaction, of: NewAppointment): Promise<void> {
  if (of.succeeds === undefined) return;
  const before = await transaction.sroAppointment.findUnique({ where: { id: of.succeeds } });
  const detail =
    before?.odsCode !== of.organisation
      ? `there is no such appointment at ${of.organisation}`
      : before.withdrawnAt !== null
        ? 'that appointment has ended'
        : before.environments.some((name) => !of.environments.includes(name))
          ? `that appointment is for ${before.environments.join(', ')}: name all of them`
          : null;
  if (detail !== null)
    throw new AdminProblem('invalid-request', undefined, [{ pointer: '/succeeds', detail }]);
}

export async function accept(
  db: Database,
  change: Change,
  { id, reach }: { readonly id: string; readonly reach: Reach },
  acceptedAtMs: number,
  nowMs: number,
) {
  return changing(db, change, async (transaction) => {
    const row = await theAppointment(transaction, id, reach);
    if (row.acceptedAt !== null) throw conflict('This appointment was accepted already.');
    await acceptAppointment(transaction, row, acceptedAtMs);
    return viewOf(await theAppointment(transaction, id, reach), nowMs);
  });
}

export async function review(
  db: Database,
  change: Change,
  { id, reach }: { readonly id: string; readonly reach: Reach },
  reviewDueOn: string | undefined,
  nowMs: number,
) {
  return changing(db, change, async (transaction) => {
    const row = await theAppointment(transaction, id, reach);
    if (row.acceptedAt === null)
      throw conflict('This appointment is not accepted yet; there is nothing to review.');
    const due = reviewDueOn ?? addDays(londonDay(nowMs), REVIEW_AFTER_DAYS);
    if (due <= londonDay(nowMs)) throw conflict('The next review must be due on a day to come.');
    if (due > addDays(londonDay(nowMs), REVIEW_WITHIN_DAYS))
      throw conflict('The next review must be due within a year.');
    const data = { reviewDueOn: new Date(due), lastReviewedAt: new Date(nowMs) };
    return viewOf(await updated(transaction, id, data, nowMs), nowMs);
  });
}

export async function withdraw(
  db: Database,
  change: Change,
  { id, reach }: { readonly id: string; readonly reach: Reach },
  nowMs: number,
) {
  return changing(db, change, async (transaction) => {
    await theAppointment(transaction, id, reach);
    return viewOf(await updated(transaction, id, { withdrawnAt: new Date(nowMs) }, nowMs), nowMs);
  });
}

export async function listAppointments(
  db: Database,
  {
    limit,
    after,
    organisation,
    only,
  }: Paging & {
    readonly organisation?: string | undefined;
    readonly only?: 'proposed' | 'due' | 'standing' | 'withdrawn' | undefined;
  },
  nowMs: number,
  reach: Reach,
) {
  const rows = await db.sroAppointment.findMany({
    where: {
      ...(organisation === undefined ? {} : { odsCode: organisation }),
      ...(after === undefined ? {} : { id: { gt: after } }),
      AND: [
        ...(reach === 'all' ? [] : [{ odsCode: { in: [...reach] } }]),
        ...(only === undefined ? [] : [onlyWhere(only, nowMs)]),
      ],
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

function onlyWhere(only: 'proposed' | 'due' | 'standing' | 'withdrawn', nowMs: number) {
  const now = new Date(nowMs);
  if (only === 'withdrawn') return { withdrawnAt: { lte: now } };
  const standing = { OR: [{ withdrawnAt: null }, { withdrawnAt: { gt: now } }] };
  if (only === 'standing') return standing;
  if (only === 'proposed') return { ...standing, acceptedAt: null };
  const soon = addDays(londonDay(nowMs), REVIEW_NOTICE_DAYS[0]);
  return { ...standing, acceptedAt: { not: null }, reviewDueOn: { lte: new Date(soon) } };
}

/** A standing one. @throws AdminProblem not-found, conflict */
export async function theAppointment(transaction: Transaction, id: string, reach: Reach) {
  const row = await transaction.sroAppointment.findUnique({
    where: { id },
    include: { predecessor: true, links: { where: { endedAt: null, exceptionId: null } } },
  });
  if (row === null) throw notFound(`appointment ${id}`);
  within(reach, [row.odsCode], `appointment ${id}`);
  if (row.withdrawnAt !== null) throw conflict('This appointment has ended or is handed over; appoint anew.');
  return row;
}

function updated(
  transaction: Transaction,
  id: string,
  data: Parameters<Transaction['sroAppointment']['update']>[0]['data'],
  nowMs: number,
): Promise<AppointmentRow> {
  return transaction.sroAppointment.update({ where: { id }, data, include: openLinks(nowMs) });
}
