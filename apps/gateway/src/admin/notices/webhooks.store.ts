import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import { maskedUrl } from '@gatehouse/domain/notices/masked-url';
import { formerSecretUntil } from '@gatehouse/domain/notices/webhook-secret';
import { Inject, Injectable } from '@nestjs/common';
import type { SecretBox } from '../../adapters/kms/secret-box.js';
import { retryDelivery } from '../../adapters/notices/deliveries.js';
import { mintWebhookSecret } from '../../adapters/notices/webhook-signature.js';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { conflict, invalid, notFound } from '../http/problem.js';
import { Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, SECRET_BOX, WEBHOOK_FAULT, type WebhookFault } from '../injected.js';
import { webhookView } from './notices.store.js';

const NO_FORMER = { formerSecretSealed: null, formerSecretUntil: null };
const STILL_SIGNS =
  'The secret before this one still signs beside it. Wait until its time is over, or end it once the receiver has the new one; then replace the secret again.';

/** Creates and ends webhooks, and has deliveries tried again. What the audit trail can't record does not happen. */
@Injectable()
export class WebhooksStore {
  constructor(
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(WEBHOOK_FAULT) private readonly faultOf: WebhookFault,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem invalid-request, if the URL leads where no webhook may lead */
  async create({ body: { url, kinds, reason } }: InputOf<'webhookCreate'>, acting: Acting) {
    const fault = await this.faultOf(url);
    if (fault !== null) throw invalid([{ pointer: '/url', detail: fault }]);
    const [id, secret] = [randomUUID(), mintWebhookSecret()];
    const secretSealed = new Uint8Array(await this.box.seal(secret, id));
    const created = { createdBy: acting.actor, createdAt: new Date(this.now()) };
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const data = { id, url, kinds: [...new Set(kinds)], secretSealed, ...created };
      const row = await transaction.noticeWebhook.create({ data });
      const recorded = { webhook: id, url: maskedUrl(url), kinds, reason };
      await this.auditAccess.record('WEBHOOK_CREATED', acting, recorded);
      return { webhook: webhookView(row, this.now()), secret };
    });
  }

  /** @throws AdminProblem not-found, conflict */
  end({ params: { id }, body: { reason } }: InputOf<'webhookEnd'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.noticeWebhook.findUnique({ where: { id } });
      if (row === null) throw notFound(`webhook ${id}`);
      const ended = { endedBy: acting.actor, endedAt: new Date(this.now()), ...NO_FORMER };
      const { count } = await transaction.noticeWebhook.updateMany({
        where: { id, endedAt: null },
        data: ended,
      });
      if (count === 0) throw conflict('This webhook has ended already.');
      const recorded = { webhook: id, url: maskedUrl(row.url), reason };
      await this.auditAccess.record('WEBHOOK_ENDED', acting, recorded);
      return webhookView({ ...row, ...ended }, this.now());
    });
  }

  /**
   * From now on messages are signed with the new secret, those that are tried again among them, and for a while with the
   * old one as well, so that the receiver can change over.
   * @throws AdminProblem not-found; conflict, if the webhook has ended, or an older secret still signs
   */
  async rotateSecret({ params: { id }, body: { reason } }: InputOf<'webhookRotateSecret'>, acting: Acting) {
    const secret = mintWebhookSecret();
    const secretSealed = new Uint8Array(await this.box.seal(secret, id));
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.noticeWebhook.findUnique({ where: { id } });
      if (row === null) throw notFound(`webhook ${id}`);
      if (row.endedAt !== null) throw conflict('This webhook has ended. Create another one.');
      const nowMs = this.now();
      const former = {
        formerSecretSealed: row.secretSealed,
        formerSecretUntil: new Date(formerSecretUntil(nowMs)),
      };
      const { count } = await transaction.noticeWebhook.updateMany({
        where: {
          ...{ id, endedAt: null, secretSealed: row.secretSealed },
          // Receivers may have either of the two that sign: a third would lock one of them out.
          OR: [{ formerSecretUntil: null }, { formerSecretUntil: { lte: new Date(nowMs) } }],
        },
        data: { secretSealed, ...former },
      });
      if (count === 0) throw conflict(STILL_SIGNS);
      const until = former.formerSecretUntil.toISOString();
      await this.auditAccess.record('WEBHOOK_SECRET_ROTATED', acting, { webhook: id, until, reason });
      return { webhook: webhookView({ ...row, ...former }, nowMs), secret };
    });
  }

  /**
   * Ends the time in which a secret that was replaced still signs.
   * @throws AdminProblem not-found; conflict, if none does
   */
  endFormerSecret({ params: { id }, body: { reason } }: InputOf<'webhookEndFormerSecret'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.noticeWebhook.findUnique({ where: { id } });
      if (row === null) throw notFound(`webhook ${id}`);
      const { count } = await transaction.noticeWebhook.updateMany({
        where: { id, formerSecretUntil: { gt: new Date(this.now()) } },
        data: NO_FORMER,
      });
      if (count === 0) throw conflict('One secret alone signs the messages of this webhook already.');
      await this.auditAccess.record('WEBHOOK_FORMER_SECRET_ENDED', acting, { webhook: id, reason });
      return webhookView({ ...row, ...NO_FORMER }, this.now());
    });
  }

  /** @throws AdminProblem conflict, if it has not failed */
  retry({ params: { id }, body: { reason } }: InputOf<'noticeRetry'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const isRetried = await retryDelivery(transaction, id, this.now());
      if (!isRetried) throw conflict('There is no delivery with this id that has failed.');
      await this.auditAccess.record('NOTICE_RETRIED', acting, { delivery: id, reason });
      return { id };
    });
  }
}
