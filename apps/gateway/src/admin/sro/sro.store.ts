import type { Database } from '@gatehouse/db/client';
import type { SroAppointment } from '@gatehouse/domain/registry';
import { isInForce } from '@gatehouse/domain/sro';
import type { AdminDeps } from '../deps.js';
import { ensureEnvironments } from '../environments.store.js';
import { dayOf, instantOf, type Paging, pageOf } from '../paging.js';
import { conflict, notFound } from '../problem.js';
import { type Change, changing, type Transaction } from '../transaction.store.js';

type Row = Awaited<ReturnType<Database['sroAppointment']['findMany']>>[number];

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
  readonly reviewDueOn: string;
  readonly graceDays: number;
}

/** Proposes a senior responsible owner; nothing is in force until the appointment is accepted. */
export async function appoint(
  { db, environments }: Pick<AdminDeps, 'db' | 'environments'>,
  change: Change,
  of: NewAppointment,
  nowMs: number,
) {
  return changing(db, change, async (transaction) => {
    await ensureEnvironments(transaction, environments);
    const organisation = await transaction.organisation.findUnique({ where: { odsCode: of.organisation } });
    if (organisation === null) throw notFound(`organisation ${of.organisation}`);
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
        reviewDueOn: new Date(of.reviewDueOn),
        graceDays: of.graceDays,
        appointedAt: new Date(nowMs),
        appointedBy: change.actor,
      },
    });
    return viewOf(row, nowMs);
  });
}

export async function accept(db: Database, change: Change, id: string, acceptedAtMs: number, nowMs: number) {
  return updating(db, change, id, nowMs, (row) => {
    if (row.acceptedAt !== null) throw conflict('This appointment was accepted already.');
    return { acceptedAt: new Date(acceptedAtMs) };
  });
}

export async function review(db: Database, change: Change, id: string, reviewDueOn: string, nowMs: number) {
  return updating(db, change, id, nowMs, (row) => {
    if (row.acceptedAt === null)
      throw conflict('This appointment is not accepted yet; there is nothing to review.');
    if (Date.parse(reviewDueOn) <= nowMs) throw conflict('The next review must be due on a day to come.');
    return { reviewDueOn: new Date(reviewDueOn), lastReviewedAt: new Date(nowMs) };
  });
}

export async function withdraw(db: Database, change: Change, id: string, nowMs: number) {
  return updating(db, change, id, nowMs, () => ({ withdrawnAt: new Date(nowMs) }));
}

export async function listAppointments(
  db: Database,
  { limit, after, organisation }: Paging & { readonly organisation?: string | undefined },
  nowMs: number,
) {
  const rows = await db.sroAppointment.findMany({
    where: {
      ...(organisation === undefined ? {} : { odsCode: organisation }),
      ...(after === undefined ? {} : { id: { gt: after } }),
    },
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

/** An appointment as a decision sees it. */
export function appointmentOf(row: Row): SroAppointment {
  return {
    id: row.id,
    environments: row.environments,
    acceptedAtMs: row.acceptedAt?.getTime() ?? null,
    withdrawnAtMs: row.withdrawnAt?.getTime() ?? null,
    reviewDueOn: dayOf(row.reviewDueOn),
    graceDays: row.graceDays,
  };
}

async function updating(
  db: Database,
  change: Change,
  id: string,
  nowMs: number,
  dataFor: (row: Row) => Parameters<Transaction['sroAppointment']['update']>[0]['data'],
) {
  return changing(db, change, async (transaction) => {
    const row = await transaction.sroAppointment.findUnique({ where: { id } });
    if (row === null) throw notFound(`appointment ${id}`);
    if (row.withdrawnAt !== null) throw conflict('This appointment was withdrawn; appoint anew.');
    return viewOf(await transaction.sroAppointment.update({ where: { id }, data: dataFor(row) }), nowMs);
  });
}

function stateOf(row: Row, nowMs: number): 'proposed' | 'in force' | 'lapsed' | 'withdrawn' {
  if (row.withdrawnAt !== null) return 'withdrawn';
  if (row.acceptedAt === null) return 'proposed';
  const appointment = appointmentOf(row);
  const current = appointment.environments.some((environment) => isInForce(appointment, environment, nowMs));
  return current ? 'in force' : 'lapsed';
}

function viewOf(row: Row, nowMs: number) {
  return {
    id: row.id,
    organisation: row.odsCode,
    environments: row.environments,
    name: row.name,
    email: row.email,
    jobTitle: row.jobTitle,
    spineUserId: row.spineUserId,
    authority: {
      cioName: row.authorityName,
      reference: row.authorityReference,
      date: dayOf(row.authorityDate),
      documentSha256: row.authorityDocumentSha256,
    },
    state: stateOf(row, nowMs),
    acceptedAt: instantOf(row.acceptedAt),
    withdrawnAt: instantOf(row.withdrawnAt),
    reviewDueOn: dayOf(row.reviewDueOn),
    graceDays: row.graceDays,
  };
}
