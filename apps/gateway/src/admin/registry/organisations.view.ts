import { dayOfDateColumn } from '@gatehouse/domain/governance/london-day';
import { shownRecord } from '@gatehouse/domain/registry/records/record-fields';
import { ORGANISATION_FIELDS } from '@gatehouse/domain/registry/records/registry-records';
import { organisationRecord } from '../../adapters/registry/named-rows.js';

/** What is read beside an organisation, for its line in a list. */
export const WITH_COUNTS = {
  _count: { select: { bindings: true } },
  sroAppointments: {
    where: { withdrawnAt: null, acceptedAt: { not: null } },
    orderBy: { reviewDueOn: 'desc' },
    take: 1,
  },
} as const;

type OrganisationRow = Parameters<typeof organisationRecord>[0] & {
  readonly _count: { readonly bindings: number };
  readonly sroAppointments: readonly { readonly reviewDueOn: Date }[];
};

export function organisationView(row: OrganisationRow) {
  const [sro] = row.sroAppointments;
  return {
    ...shownRecord(ORGANISATION_FIELDS, organisationRecord(row)),
    applications: row._count.bindings,
    sroReviewDueOn: sro === undefined ? null : dayOfDateColumn(sro.reviewDueOn),
  };
}
