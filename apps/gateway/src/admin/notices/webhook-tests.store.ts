import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import { keptNotice } from '@gatehouse/domain/notices/notice';
import type { NoticeKindName } from '@gatehouse/domain/notices/notice-kinds';
import { Inject, Injectable } from '@nestjs/common';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { instantOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import { type Queries, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { webhookView } from './notices.store.js';

const DELIVERIES_SHOWN = 50;

/** What a webhook was sent, and tests of it. */
@Injectable()
export class WebhookTestsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem not-found */
  async show(id: string) {
    const row = await this.db.noticeWebhook.findUnique({ where: { id } });
    if (row === null) throw notFound(`webhook ${id}`);
    const deliveries = await this.db.noticeDelivery.findMany({
      where: { webhookId: id },
      include: { notice: true },
      orderBy: [{ notice: { createdAt: 'desc' } }, { id: 'desc' }],
      take: DELIVERIES_SHOWN,
    });
    return { ...webhookView(row, this.now()), deliveries: deliveries.map(deliveryView) };
  }

  /**
   * The notice goes to the webhook, and nobody else but its sender sees it.
   * @throws AdminProblem not-found; conflict, if the webhook has ended
   */
  test({ params: { id }, body: { reason } }: InputOf<'webhookTest'>, acting: Acting, staffId: string) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.noticeWebhook.findUnique({ where: { id } });
      if (row === null) throw notFound(`webhook ${id}`);
      if (row.endedAt !== null) throw conflict('This webhook has ended. Create another one.');
      const at = new Date(this.now());
      const [noticeId, delivery] = [randomUUID(), randomUUID()];
      const {
        odsCodes: _,
        roles: __,
        ...kept
      } = keptNotice({
        kind: (row.kinds[0] ?? 'alarm') as NoticeKindName,
        onceKey: null,
        title: 'Test of a webhook',
        body: 'Somebody tests whether this webhook receives notices of Gatehouse. Nothing has happened.',
        whatToDo: 'Check that the receiver verified the signature. There is nothing else to do.',
        path: `/webhooks/${id}/show`,
        odsCodes: [],
        staffId,
      });
      await transaction.notice.create({
        // Addressed already: no email is sent, and no other webhook receives it.
        data: { ...kept, id: noticeId, odsCodes: [], roles: [], createdAt: at, addressedAt: at },
      });
      await transaction.noticeDelivery.create({
        data: { id: delivery, noticeId, webhookId: id, state: 'waiting', dueAt: at },
      });
      await this.auditAccess.record('WEBHOOK_TESTED', acting, { webhook: id, delivery, reason });
      return { delivery };
    });
  }
}

interface DeliveryRow {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly cause: string | null;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
  readonly notice: { readonly title: string; readonly createdAt: Date };
}

function deliveryView({ id, state, attempts, cause, dueAt, endedAt, notice }: DeliveryRow) {
  return {
    ...{ id, attempts, cause, title: notice.title },
    state: state as 'waiting' | 'sending' | 'sent' | 'failed',
    createdAt: notice.createdAt.toISOString(),
    dueAt: endedAt === null ? dueAt.toISOString() : null,
    endedAt: instantOf(endedAt),
  };
}
