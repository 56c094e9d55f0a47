import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import type { Notice } from '@gatehouse/domain/notices/notice';

interface ChangeRow {
  readonly id: string;
  readonly action: string;
  readonly rules: readonly string[];
  /** One role of each list is needed. */
  readonly deciders: unknown;
  readonly odsCodes: readonly string[];
  readonly requestedBy: string;
  readonly requestedByStaff: string | null;
}

const pageOf = (id: string): string => `/changes/${id}/show`;

export function requestedNotice(change: ChangeRow): Notice {
  const { id, rules, odsCodes, requestedBy, requestedByStaff } = change;
  return {
    ...{ kind: 'approval-requested', onceKey: `change ${id} requested` },
    title: `Approval needed: ${rules.join(', ')}`,
    body: `${requestedBy} requested a change that needs a second person. If nobody decides within three days, it expires.`,
    whatToDo: 'Read what the change would write, then approve or reject it.',
    ...{ path: pageOf(id), odsCodes, staffId: null, exceptStaffId: requestedByStaff },
    roles: rolesOfAll(change.deciders as readonly (readonly StaffRole[])[]),
  };
}

const PLAN_APPROVED = [
  'Approved',
  'Its steps may be carried out.',
  'Open the plan under “Event plans” and carry it out.',
] as const;

const DECISIONS = {
  approved: ['Approved', 'It has been carried out.', 'Nothing more is needed.'],
  rejected: ['Rejected', 'Nothing was changed.', 'Read why, and request it again if that can be put right.'],
  stale: [
    'Not carried out',
    'The registry has changed since the request, and the change would have done something else.',
    'Request the change again.',
  ],
} as const;

/** Null: nobody is notified of this, because no person requested the change or because they withdrew it themselves. */
export function decidedNotice(
  { id, action, rules, odsCodes, requestedByStaff }: ChangeRow,
  decision: keyof typeof DECISIONS | 'withdrawn',
  decidedBy: string,
): Notice | null {
  if (requestedByStaff === null || decision === 'withdrawn') return null;
  const isPlan = action === 'impactPlanRequest' && decision === 'approved';
  const [word, outcome, whatToDo] = isPlan ? PLAN_APPROVED : DECISIONS[decision];
  return {
    ...{ kind: 'approval-decided', onceKey: `change ${id} ${decision}`, whatToDo },
    title: `${word}: ${rules.join(', ')}`,
    body: `${decidedBy} decided on the change that you requested. ${outcome}`,
    ...{ path: pageOf(id), odsCodes, staffId: requestedByStaff },
  };
}

/** Roles that can decide on the whole change. If there is none, everybody who can decide on a part of it is notified. */
function rolesOfAll(deciders: readonly (readonly StaffRole[])[]): readonly StaffRole[] {
  const [first = [], ...others] = deciders;
  return first.filter((role) => others.every((roles) => roles.includes(role)));
}
