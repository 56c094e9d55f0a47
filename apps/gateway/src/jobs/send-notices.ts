/** The job that sends notices, with the adapters that it needs. */
import { emailText } from '@gatehouse/domain/notices/delivery';
import { digestEmail } from '@gatehouse/domain/notices/digest';
import type { NoticeKindName } from '@gatehouse/domain/notices/notice-kinds';
import { receives } from '@gatehouse/domain/notices/recipients';
import { doesFormerSign } from '@gatehouse/domain/notices/webhook-secret';
import type { SecretBox } from '../adapters/kms/secret-box.js';
import { addresseeOf, addressNotices } from '../adapters/notices/addressing.js';
import {
  claimAll,
  type Delivery,
  dueDeliveries,
  dueDigests,
  mark,
  restPlace,
} from '../adapters/notices/deliveries.js';
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
  return run<Batch>({
    address: () => addressNotices(db, channels, now()),
    due: async () => [
      ...(await dueDeliveries(db, now())).map((delivery) => ({ deliveries: [delivery] })),
      ...(await dueDigests(db, now())).map((deliveries) => ({ deliveries })),
    ],
    placeOf: ({ deliveries: [first] }) => first?.webhookId ?? MAIL,
    async claim(batch) {
      batch.deliveries = await claimAll(db, batch.deliveries, now());
      return batch.deliveries.length > 0;
    },
    send: (batch) => sendBatch(sending, batch),
    async mark({ deliveries }, result) {
      for (const delivery of deliveries) await mark(db, delivery, result, now());
    },
    rest: ({ deliveries: [first] }) => restPlace(db, first?.webhookId ?? null, now()),
    ...{ now, signal },
  });
}

/** What is sent as one message: one delivery, or those of a digest. */
interface Batch {
  /** Once it is claimed: those that this worker is to send. */
  deliveries: readonly Delivery[];
}

async function sendBatch(sending: NoticeSending, batch: Batch): Promise<SendResult> {
  const [first] = batch.deliveries;
  if (first === undefined) return { state: 'sent' };
  if (first.webhook !== null) return callWebhook(sending, first);
  const { mailer, consoleOrigin, db, now } = sending;
  if (mailer === null) return unset('no mail server is set (GATEHOUSE_SMTP_URL)');
  // Days may have passed since the notice was addressed.
  const wanted = batch.deliveries.filter(mayStillReceive);
  const refused = batch.deliveries.filter((delivery) => !wanted.includes(delivery));
  for (const delivery of refused) await mark(db, delivery, NO_RECEIVER, now());
  batch.deliveries = wanted;
  const to = first.staff?.email ?? null;
  if (wanted.length === 0 || to === null) return { state: 'sent' };
  const notices = wanted.map(({ notice }) => writtenNotice(notice));
  const { id, daily, notice } = first;
  const { subject, text } = daily
    ? digestEmail(notices, consoleOrigin)
    : { subject: notice.title, text: emailText(writtenNotice(notice), consoleOrigin) };
  return mailer.send({ id, to, subject, text, date: daily ? first.dueAt : notice.createdAt });
}

const NO_RECEIVER: SendResult = {
  state: 'refused',
  cause: 'the person has no address any more, or no role that covers this notice',
};

const writtenNotice = (notice: Delivery['notice']) => ({ ...notice, kind: notice.kind as NoticeKindName });

function mayStillReceive({ staff, notice }: Delivery): boolean {
  return staff !== null && staff.email !== null && receives(addresseeOf(staff), writtenNotice(notice));
}

async function callWebhook(
  { webhooks, box, consoleOrigin, now }: NoticeSending,
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
  const { formerSecretSealed: former, formerSecretUntil: until } = webhook;
  const signing = [webhook.secretSealed];
  if (former !== null && doesFormerSign(until?.getTime() ?? null, now())) signing.push(former);
  const secrets = await Promise.all(signing.map((sealed) => box.open(sealed, webhook.id)));
  return webhooks.send({ id, url: webhook.url, secrets, body: message });
}

const unset = (cause: string): SendResult => ({ state: 'failed', cause, concerns: 'place' });
