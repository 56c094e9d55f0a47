import { decisionRefusal } from '@gatehouse/domain/governance/change-decision';
import type { SessionView } from '../staff/staff-resources.js';
import type { PendingChangeView } from './change-resources.js';

type Change = Pick<
  PendingChangeView,
  'requestedByPerson' | 'state' | 'expiresAt' | 'organisations' | 'deciders'
>;

/** `requester`: may withdraw it; `decider`: may approve or reject it. */
export type PartInChange = 'requester' | 'decider' | 'reader';

/** What the person who is signed in may do about a change that waits. The gateway checks it again. */
export function partIn(
  change: Change,
  { person, roles }: Pick<SessionView, 'person' | 'roles'>,
  nowMs: number,
): PartInChange {
  if (change.requestedByPerson === person.id) return 'requester';
  const refusal = decisionRefusal(
    {
      requestedByStaff: change.requestedByPerson,
      requestedByEmail: null,
      state: change.state,
      expiresAtMs: Date.parse(change.expiresAt),
      odsCodes: change.organisations,
      deciders: change.deciders,
    },
    { staffId: person.id, email: person.email, roles, scopes: null },
    nowMs,
  );
  return refusal === null ? 'decider' : 'reader';
}
