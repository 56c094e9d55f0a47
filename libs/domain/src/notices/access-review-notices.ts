/** The notice of roles that nobody has confirmed for a year. */
import { isOverdue, type ReviewedRole } from '../staff/access-review.js';
import { londonDay } from '../governance/london-day.js';
import type { Notice } from './notice.js';

/** The roles of active people. One notice a month names how many are overdue; the page has each of them. */
export function accessReviewNotices(roles: readonly ReviewedRole[], nowMs: number): Notice[] {
  const overdue = roles.filter((role) => isOverdue(role, nowMs)).length;
  if (overdue === 0) return [];
  return [
    {
      kind: 'access-review',
      onceKey: `access-review ${londonDay(nowMs).slice(0, 7)}`,
      title:
        overdue === 1
          ? 'A role has not been confirmed for a year'
          : `${overdue} roles have not been confirmed for a year`,
      body: 'Their holders keep their access. An assessor will ask who decided that they still need it.',
      whatToDo:
        'Confirm each role whose holder still needs it, and remove the others. Nobody confirms a role of their own.',
      path: '/access-review',
      odsCodes: [],
      staffId: null,
    },
  ];
}
