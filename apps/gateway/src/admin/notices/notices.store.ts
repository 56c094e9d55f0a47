import type { NoticeView, WebhookView } from '@gatehouse/contracts/operation/notice-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { NOTICE_KIND_NAMES, NOTICE_KINDS, type NoticeKindName } from '@gatehouse/domain/notices/notice-kinds';
import { maskedUrl } from '@gatehouse/domain/notices/masked-url';
import { doesFormerSign } from '@gatehouse/domain/notices/webhook-secret';
import { Inject, Injectable } from '@nestjs/common';
import { instantCursor, instantOf, olderThan, pageOf } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

export const DELIVERIES = {
  deliveries: { include: { staff: true, webhook: true }, orderBy: { id: 'asc' } },
} as const;

/** Notices, what became of them, and who wants which. */
@Injectable()
export class NoticesStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, kind, only }: InputOf<'noticeList'>['query']) {
    const rows = await this.db.notice.findMany({
      where: {
        ...(kind === undefined ? {} : { kind }),
        ...(only === undefined ? {} : { deliveries: { some: { state: 'failed' } } }),
        ...(after === undefined ? {} : olderThan('createdAt', after)),
      },
      include: DELIVERIES,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return pageOf(rows, limit, ({ createdAt, id }) => instantCursor(createdAt, id), noticeView);
  }

  async choices(staffId: string) {
    const rows = await this.db.noticeChoice.findMany({ where: { staffId } });
    return NOTICE_KIND_NAMES.map((kind) =>
      choiceView(kind, rows.find((row) => row.kind === kind) ?? { email: true, daily: false }),
    );
  }

  async choose(staffId: string, kind: NoticeKindName, choice: Choice) {
    const where = { staffId_kind: { staffId, kind } };
    await this.db.noticeChoice.upsert({ where, create: { staffId, kind, ...choice }, update: choice });
    return choiceView(kind, choice);
  }

  async webhooks() {
    const rows = await this.db.noticeWebhook.findMany({ orderBy: { createdAt: 'desc' }, take: 500 });
    return rows.map((row) => webhookView(row, this.now()));
  }
}

interface Choice {
  readonly email: boolean;
  readonly daily: boolean;
}

function choiceView(kind: NoticeKindName, { email, daily }: Choice) {
  const { label, description } = NOTICE_KINDS[kind];
  return { kind, label, description, email, daily };
}

interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly formerSecretUntil: Date | null;
}

export function webhookView(row: WebhookRow, nowMs: number): WebhookView {
  const { id, url, kinds, createdBy, createdAt, endedAt, formerSecretUntil: until } = row;
  return {
    ...{ id, url: maskedUrl(url), createdBy, createdAt: createdAt.toISOString() },
    endedAt: instantOf(endedAt),
    formerSecretUntil: doesFormerSign(until?.getTime() ?? null, nowMs) ? instantOf(until) : null,
    kinds: kinds as NoticeKindName[],
  };
}

export interface NoticeFacts {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly whatToDo: string;
  readonly path: string;
  readonly odsCodes: readonly string[];
  readonly createdAt: Date;
}

interface NoticeRow extends NoticeFacts {
  readonly deliveries: readonly {
    readonly id: string;
    readonly state: string;
    readonly attempts: number;
    readonly cause: string | null;
    readonly endedAt: Date | null;
    readonly staff: { readonly name: string } | null;
    readonly webhook: { readonly url: string } | null;
  }[];
}

/** Without its deliveries. */
export function noticeFacts({ odsCodes, createdAt, ...row }: NoticeFacts): Omit<NoticeView, 'deliveries'> {
  const { id, title, body, whatToDo, path } = row;
  return {
    ...{ id, title, body, whatToDo, path, organisations: [...odsCodes] },
    kind: row.kind as NoticeKindName,
    createdAt: createdAt.toISOString(),
  };
}

export function noticeView({ deliveries, ...row }: NoticeRow): NoticeView {
  return { ...noticeFacts(row), deliveries: deliveries.map(deliveryView) };
}

export function deliveryView({
  staff,
  webhook,
  state,
  endedAt,
  ...delivery
}: NoticeRow['deliveries'][number]): NoticeView['deliveries'][number] {
  return {
    ...{ id: delivery.id, attempts: delivery.attempts, cause: delivery.cause },
    to: staff?.name ?? (webhook === null ? '' : maskedUrl(webhook.url)),
    channel: staff === null ? 'webhook' : 'email',
    state: state as NoticeView['deliveries'][number]['state'],
    endedAt: instantOf(endedAt),
  };
}
