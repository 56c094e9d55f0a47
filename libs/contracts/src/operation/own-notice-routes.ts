/** The notices of the person who is signed in, as the bell and the page of notices show them. */
import { NOTICE_KIND_NAMES, NOTICE_KINDS } from '@gatehouse/domain/notices/notice-kinds';
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { idPath } from '../governance/governance-resources.js';
import { instant } from '../registry/identifiers.js';
import { page, paging, total } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { notice, noticeKind } from './notice-routes.js';

/** The kinds of notices, each with the label by which people know it. */
export const NOTICE_LABELS = NOTICE_KIND_NAMES.map((kind) => ({ kind, label: NOTICE_KINDS[kind].label }));

/** The bell counts no further. */
export const MOST_UNREAD = 100;
/** How many notices can be marked as read in one request. */
const MOST_AT_ONCE = 100;

const ownNotice = notice.omit({ deliveries: true }).extend({
  /** When this person read it. */
  readAt: instant.nullable(),
});
export type OwnNoticeView = z.infer<typeof ownNotice>;

const own = { permission: 'session.own', keepsToReach: true } as const;

const ownNoticeConditions = { kind: noticeKind.optional(), only: z.enum(['unread']).optional() };

export const ownNoticeRoutes = {
  ownNoticeList: {
    method: 'GET',
    path: '/own-notices',
    summary: 'Notices that concern you, newest first',
    ...own,
    query: z.strictObject({ ...paging(instantCursor), ...ownNoticeConditions }),
    response: page(ownNotice),
  },
  ownNoticeTotal: {
    method: 'GET',
    path: '/totals/own-notices',
    summary: 'How many notices that concern you a filter finds among the newest 10,000',
    ...own,
    query: z.strictObject(ownNoticeConditions),
    response: total,
  },
  ownNoticeBell: {
    method: 'GET',
    path: '/own-notices/unread',
    summary: `How many notices of the last 90 days you have not read (at most ${MOST_UNREAD} are counted), and the newest of them`,
    ...own,
    response: z.object({ unread: z.number().int(), newest: z.array(ownNotice) }),
  },
  ownNoticeShow: {
    method: 'GET',
    path: '/own-notices/:id',
    summary:
      'A notice that concerns you, and what became of its delivery: to you, or to everybody if you may see jobs of every organisation',
    ...own,
    params: idPath,
    response: ownNotice.extend({ deliveries: notice.shape.deliveries }),
  },
  ownNoticeRead: {
    method: 'POST',
    path: '/own-notices/read',
    summary: 'Mark notices as read, for yourself alone; those that were marked before are left as they are',
    ...own,
    body: z.strictObject({ ids: z.array(z.uuid()).min(1, 'list at least one notice').max(MOST_AT_ONCE) }),
    response: z.object({ marked: z.number().int() }),
  },
} as const satisfies Record<string, RouteContract>;
