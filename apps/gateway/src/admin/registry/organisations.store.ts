import type { Prisma } from '@gatehouse/db/client';
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

export function organisationView({ odsCode, name, state, _count, sroAppointments: [sro] }: OrganisationRows) {
  return {
    odsCode,
    name,
    state: state as 'active',
    applications: _count.bindings,
    sroReviewDueOn: sro === undefined ? null : dayOfDateColumn(sro.reviewDueOn),
  };
}
