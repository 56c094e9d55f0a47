import type { Prisma } from '@gatehouse/db/client';
import { shownRecord } from '@gatehouse/domain/registry/records/record-fields';
import { ORGANISATION_FIELDS } from '@gatehouse/domain/registry/records/registry-records';
import { organisationRecord } from '../../adapters/registry/named-rows.js';
import { dayOfDateColumn } from '@gatehouse/domain/governance/london-day';

/** An organisation with what its line in a list tells of it. */
export const WITH_COUNTS = {
  _count: { select: { bindings: true } },
  sroAppointments: {
    where: { withdrawnAt: null, acceptedAt: { not: null } },
    orderBy: { reviewDueOn: 'desc' },
    take: 1,
  },
} as const;

type OrganisationRows = Prisma.OrganisationGetPayload<{ include: typeof WITH_COUNTS }>;

export function organisationView(row: OrganisationRows) {
  const [sro] = row.sroAppointments;
  return {
    ...shownRecord(ORGANISATION_FIELDS, organisationRecord(row)),
    applications: row._count.bindings,
    sroReviewDueOn: sro === undefined ? null : dayOfDateColumn(sro.reviewDueOn),
  };
}
