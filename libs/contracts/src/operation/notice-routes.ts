/** Notices to staff: what was sent, who wants what, and the webhooks that receive them. */
import { NOTICE_KIND_NAMES } from '@gatehouse/domain/notices/notice-kinds';
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { idPath } from '../governance/governance-resources.js';
import { instant, reason } from '../registry/identifiers.js';
import { page, paging, reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const noticeKind = z.enum(NOTICE_KIND_NAMES);

export const noticeDelivery = z.object({
  id: z.string(),
  /** Name of the person, or the webhook's host. */
  to: z.string(),
  channel: z.enum(['email', 'webhook']),
  state: z.enum(['waiting', 'sending', 'sent', 'failed']),
  attempts: z.number().int(),
  cause: z.string().nullable(),
  endedAt: instant.nullable(),
});

export const notice = z.object({
  id: z.string(),
  kind: noticeKind,
  title: z.string(),
  body: z.string(),
  whatToDo: z.string(),
  path: z.string(),
  organisations: z.array(z.string()),
  createdAt: instant,
  deliveries: z.array(noticeDelivery),
});
export type NoticeView = z.infer<typeof notice>;

export const noticeChoice = z.object({
  kind: noticeKind,
  label: z.string(),
  description: z.string(),
  email: z.boolean(),
  /** By one email a day, at 8 in the morning in London, and not at once. */
  daily: z.boolean(),
});

export const webhook = z.object({
  id: z.string(),
  /** Scheme and host: the path, which may hold a secret, is shown to nobody. */
  url: z.string(),
  kinds: z.array(noticeKind),
  createdBy: z.string(),
  createdAt: instant,
  endedAt: instant.nullable(),
  /** Until when messages are also signed with the secret before the last replacement; null: by one secret alone. */
  formerSecretUntil: instant.nullable(),
});
export type WebhookView = z.infer<typeof webhook>;

const noticeFilter = z.strictObject({
  ...paging(instantCursor),
  kind: noticeKind.optional(),
  /** Notices of which a delivery has failed. */
  only: z.enum(['failed']).optional(),
});

export const noticeRoutes = {
  noticeList: {
    method: 'GET',
    path: '/notices',
    summary: 'Notices to staff with their deliveries, newest first',
    permission: 'job.read',
    query: noticeFilter,
    response: page(notice),
  },
  noticeRetry: {
    method: 'POST',
    path: '/notice-deliveries/:id/retry',
    summary: 'Retry a delivery that has failed',
    permission: 'job.run',
    params: idPath,
    body: reasonNeeded,
    response: z.object({ id: z.string() }),
  },
  noticeChoiceList: {
    method: 'GET',
    path: '/notice-choices',
    summary: 'Which kinds of notices you receive by email',
    permission: 'notice-choice.own',
    keepsToReach: true,
    response: z.object({ items: z.array(noticeChoice) }),
  },
  noticeChoiceSet: {
    method: 'PUT',
    path: '/notice-choices/:kind',
    summary: 'Choose whether you receive a kind of notice by email, at once or once a day',
    permission: 'notice-choice.own',
    keepsToReach: true,
    params: z.strictObject({ kind: noticeKind }),
    body: z.strictObject({ email: z.boolean(), daily: z.boolean().optional() }),
    response: noticeChoice,
  },
  webhookList: {
    method: 'GET',
    path: '/webhooks',
    summary: 'Webhooks that receive notices',
    permission: 'job.read',
    response: z.object({ items: z.array(webhook) }),
  },
  webhookCreate: {
    method: 'POST',
    path: '/webhooks',
    summary: 'Create a webhook; the secret that signs its messages is shown here and never again',
    permission: 'job.run',
    body: z.strictObject({
      url: z.url({ protocol: /^https$/, error: 'write a whole URL that begins with https://' }).max(500),
      kinds: z.array(noticeKind).min(1, 'list at least one kind').max(NOTICE_KIND_NAMES.length),
      reason,
    }),
    response: z.object({ webhook, secret: z.string() }),
  },
  webhookEnd: {
    method: 'POST',
    path: '/webhooks/:id/end',
    summary: 'End a webhook: it receives no further notice',
    permission: 'job.run',
    params: idPath,
    body: reasonNeeded,
    response: webhook,
  },
} as const satisfies Record<string, RouteContract>;
