/** One webhook: what it was sent, a test of it, and another secret for it. */
import { FORMER_SECRET_HOURS } from '@gatehouse/domain/notices/webhook-secret';
import { z } from 'zod';
import { idPath } from '../governance/governance-resources.js';
import { instant } from '../registry/identifiers.js';
import { reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { noticeDelivery, webhook } from './notice-routes.js';

export { FORMER_SECRET_HOURS };

const webhookDelivery = noticeDelivery
  .pick({ id: true, state: true, attempts: true, cause: true, endedAt: true })
  .extend({
    title: z.string(),
    createdAt: instant,
    /** When it is tried next; null: it has ended. */
    dueAt: instant.nullable(),
  });

export const webhookRoutes = {
  webhookShow: {
    method: 'GET',
    path: '/webhooks/:id',
    summary: 'A webhook and its last 50 deliveries, newest first',
    permission: 'job.read',
    params: idPath,
    response: webhook.extend({ deliveries: z.array(webhookDelivery) }),
  },
  webhookTest: {
    method: 'POST',
    path: '/webhooks/:id/test',
    summary: 'Send a test notice to a webhook alone; a worker delivers it within seconds',
    permission: 'job.run',
    params: idPath,
    body: reasonNeeded,
    response: z.object({ delivery: z.string() }),
  },
  webhookRotateSecret: {
    method: 'POST',
    path: '/webhooks/:id/rotate-secret',
    summary: `Replace the secret of a webhook; both sign for ${FORMER_SECRET_HOURS} hours, and the new one is shown here and never again`,
    permission: 'job.run',
    params: idPath,
    body: reasonNeeded,
    response: z.object({ webhook, secret: z.string() }),
  },
  webhookEndFormerSecret: {
    method: 'POST',
    path: '/webhooks/:id/end-former-secret',
    summary: 'Sign a webhook’s messages with the new secret alone from now on',
    permission: 'job.run',
    params: idPath,
    body: reasonNeeded,
    response: webhook,
  },
} as const satisfies Record<string, RouteContract>;
