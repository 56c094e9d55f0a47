import type { SroAppointmentView } from '@gatehouse/contracts/governance/governance-resources';
import { dayOfDateColumn } from '@gatehouse/domain/governance/london-day';
import { reviewNotice, sroState } from '@gatehouse/domain/governance/sro';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { instantOf } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';

type Row = Awaited<ReturnType<Queries['sroAppointment']['findMany']>>[number];
export type AppointmentRow = Row & { readonly links: readonly { readonly expiresAt: Date }[] };

/** Includes the link that can still be answered. */
export function openLinks(nowMs: number) {
  return {
    links: { where: { endedAt: null, exceptionId: null, expiresAt: { gt: new Date(nowMs) } } },
  } as const;
}

export function viewOf(row: AppointmentRow, nowMs: number): SroAppointmentView {
  const appointment = appointmentOf(row);
  const state = sroState(appointment, nowMs);
  const [link] = row.links;
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
      date: dayOfDateColumn(row.authorityDate),
      documentSha256: row.authorityDocumentSha256,
    },
    role: row.role as 'owner' | 'deputy',
    state,
    acceptedAt: instantOf(row.acceptedAt),
    withdrawnAt: instantOf(row.withdrawnAt),
    startsOn: appointment.startsOn,
    succeeds: row.succeeds,
    reviewDueOn: appointment.reviewDueOn,
    reviewNotice: state === 'withdrawn' || state === 'proposed' ? null : reviewNotice(appointment, nowMs),
    graceDays: row.graceDays,
    linkExpiresAt: state !== 'proposed' || link === undefined ? null : link.expiresAt.toISOString(),
  };
}
