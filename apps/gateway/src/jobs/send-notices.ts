/** The job that sends notices, with the adapters that it needs. */
import { emailText } from '@gatehouse/domain/notices/delivery';
import type { NoticeKindName } from '@gatehouse/domain/notices/notice-kinds';
import { receives } from '@gatehouse/domain/notices/recipients';
import type { SecretBox } from '../adapters/kms/secret-box.js';
import { addresseeOf, addressNotices } from '../adapters/notices/addressing.js';
import { claim, type Delivery, dueDeliveries, mark, restPlace } from '../adapters/notices/deliveries.js';
import type { Mailer } from '../adapters/notices/email.js';
import type { SendResult } from '../adapters/notices/send-result.js';
import type { Webhooks } from '../adapters/notices/webhook.js';
import { run } from './notices.job.js';

export interface NoticeSending {
  readonly db: Parameters<typeof addressNotices>[0];
  readonly box: SecretBox;
  /** Null: no mail server is set, and nobody gets an email. */
  readonly mailer: Mailer | null;
  /** Null: no host is listed, and no webhook is called. */
  readonly webhooks: Pick<Webhooks, 'send'> | null;
  readonly consoleOrigin: string;
  readonly now: () => number;
}

/** The place of every email: the one mail server. */
const MAIL = 'mail';

export function sendNotices(sending: NoticeSending, signal: AbortSignal): Promise<void> {
  const { db, mailer, webhooks, now } = sending;
  const channels = { email: mailer !== null, webhook: webhooks !== null };
  return run<Delivery>({
    address: () => addressNotices(db, channels, now()),
    due: () => dueDeliveries(db, now()),
    placeOf: ({ webhookId }) => webhookId ?? MAIL,
    claim: (delivery) => claim(db, delivery, now()),
    send: (delivery) =>
      delivery.webhook === null ? sendEmail(sending, delivery) : callWebhook(sending, delivery),
    mark: (delivery, result) => mark(db, delivery, result, now()),
    rest: ({ webhookId }) => restPlace(db, webhookId, now()),
    ...{ now, signal },
  });
}

async function sendEmail(
  { mailer, consoleOrigin }: NoticeSending,
  { id, notice, staff }: Delivery,
): Promise<SendResult> {
  if (mailer === null) return unset('no mail server is set (GATEHOUSE_SMTP_URL)');
  const written = { ...notice, kind: notice.kind as NoticeKindName };
  // Days may have passed since the notice was addressed.
  if (staff === null || staff.email === null || !receives(addresseeOf(staff), written))
    return {
      state: 'refused',
      cause: 'the person has no address any more, or no role that covers this notice',
    };
  const text = emailText(written, consoleOrigin);
  return mailer.send({ id, to: staff.email, subject: notice.title, text, date: notice.createdAt });
}

async function callWebhook(
  { webhooks, box, consoleOrigin }: NoticeSending,
  { id, notice, webhook }: Delivery,
): Promise<SendResult> {
  if (webhooks === null) return unset('no host is listed for webhooks (GATEHOUSE_WEBHOOK_HOSTS)');
  if (webhook === null || webhook.endedAt !== null)
    return { state: 'refused', cause: 'the webhook has ended' };
  const { kind, title, body, whatToDo, path, odsCodes, createdAt } = notice;
  const message = JSON.stringify({
    type: `notice.${kind}`,
    timestamp: createdAt.toISOString(),
    data: { id: notice.id, title, body, whatToDo, url: `${consoleOrigin}${path}`, organisations: odsCodes },
  });
  const secret = await box.open(webhook.secretSealed, webhook.id);
  return webhooks.send({ id, url: webhook.url, secret, body: message });
}

const unset = (cause: string): SendResult => ({ state: 'failed', cause, concerns: 'place' });
