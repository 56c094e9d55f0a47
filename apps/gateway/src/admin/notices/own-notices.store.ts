import { MOST_COUNTED } from '@gatehouse/contracts/registry/registry-resources';
import { MOST_UNREAD, type OwnNoticeView } from '@gatehouse/contracts/operation/own-notice-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { HeldRole } from '@gatehouse/domain/governance/permissions';
import type { NoticeKindName } from '@gatehouse/domain/notices/notice-kinds';
import { concerns } from '@gatehouse/domain/notices/recipients';
import { Inject, Injectable } from '@nestjs/common';
import { instantCursor, instantOf, olderThan, pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { DELIVERIES, deliveryView, type NoticeFacts, noticeFacts } from './notices.store.js';

type Filter = InputOf<'ownNoticeTotal'>['query'];

/** A person and what they may see. */
export interface Reader {
  readonly staffId: string;
  readonly roles: readonly HeldRole[];
}

const SHOWN_BY_BELL = 5;
const BELL_DAYS_MS = 90 * 86_400_000;
/** Rows read at once, and how often: a list goes back 5,000 notices at most. */
const BATCH = 200;
const MOST_BATCHES = 25;

/** Notices that concern one person, and which of them they have read. */
@Injectable()
export class OwnNoticesStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, ...filter }: InputOf<'ownNoticeList'>['query'], reader: Reader) {
    const rows = await this.newest(reader, limit + 1, after, whereOf(filter, reader));
    return pageOf(rows, limit, ({ createdAt, id }) => instantCursor(createdAt, id), viewOf);
  }

  /** Only the newest rows are looked at. If there are others, one fewer is counted, so that “more than” is true. */
  async total(filter: Filter, reader: Reader) {
    const rows = await this.db.notice.findMany({
      where: { ...whereOf(filter, reader), ...mayConcern(reader) },
      select: { kind: true, odsCodes: true, staffId: true, exceptStaffId: true, roles: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: MOST_COUNTED + 1,
    });
    const found = rows.filter((row) => concerns(reader, addressed(row))).length;
    const isMore = rows.length > MOST_COUNTED;
    return { total: isMore ? Math.max(0, found - 1) : found, isMore };
  }

  async bell(reader: Reader) {
    const since = { createdAt: { gt: new Date(this.now() - BELL_DAYS_MS) } };
    const rows = await this.newest(reader, MOST_UNREAD, undefined, { ...since, ...unreadBy(reader) });
    return { unread: rows.length, newest: rows.slice(0, SHOWN_BY_BELL).map(viewOf) };
  }

  /** @param showsAll whether deliveries to others are shown. @throws AdminProblem not-found */
  async show(id: string, reader: Reader, showsAll: boolean) {
    const row = await this.db.notice.findUnique({
      where: { id },
      include: { ...DELIVERIES, reads: { where: { staffId: reader.staffId } } },
    });
    if (row === null || !concerns(reader, addressed(row))) throw notFound(`notice ${id}`);
    const deliveries = showsAll
      ? row.deliveries
      : row.deliveries.filter(({ staffId }) => staffId === reader.staffId);
    return { ...viewOf(row), deliveries: deliveries.map(deliveryView) };
  }

  /** @returns how many this call marked: of two at the same time, each notice is counted by one */
  async markRead(ids: readonly string[], reader: Reader) {
    const rows = await this.db.notice.findMany({ where: { id: { in: [...new Set(ids)] } } });
    const { count } = await this.db.noticeRead.createMany({
      data: rows
        .filter((row) => concerns(reader, addressed(row)))
        .map(({ id }) => ({ noticeId: id, staffId: reader.staffId, readAt: new Date(this.now()) })),
      skipDuplicates: true,
    });
    return { marked: count };
  }

  /** The newest that concern the reader. */
  private async newest(reader: Reader, count: number, after: string | undefined, where: object) {
    const own: OwnRow[] = [];
    let cursor = after;
    for (let batch = 0; batch < MOST_BATCHES && own.length < count; batch += 1) {
      const rows: OwnRow[] = await this.db.notice.findMany({
        where: {
          ...where,
          ...mayConcern(reader),
          AND: cursor === undefined ? [] : [olderThan('createdAt', cursor)],
        },
        include: { reads: { where: { staffId: reader.staffId } } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: BATCH,
      });
      own.push(...rows.filter((row) => concerns(reader, addressed(row))));
      const last = rows.at(-1);
      if (rows.length < BATCH || last === undefined) break;
      cursor = instantCursor(last.createdAt, last.id);
    }
    return own.slice(0, count);
  }
}

/** What the database can tell of it. The rest is `concerns`. */
const mayConcern = ({ staffId }: Reader) => ({ OR: [{ staffId: null }, { staffId }] });

const whereOf = ({ kind, only }: Filter, reader: Reader) => ({
  ...(kind === undefined ? {} : { kind }),
  ...(only === undefined ? {} : unreadBy(reader)),
});

const unreadBy = ({ staffId }: Reader) => ({ reads: { none: { staffId } } });

interface OwnRow extends NoticeFacts {
  readonly staffId: string | null;
  readonly exceptStaffId: string | null;
  readonly roles: readonly string[];
  readonly reads: readonly { readonly readAt: Date }[];
}

const addressed = <R extends { readonly kind: string }>(row: R) => ({
  ...row,
  kind: row.kind as NoticeKindName,
});

const viewOf = (row: OwnRow): OwnNoticeView => ({
  ...noticeFacts(row),
  readAt: instantOf(row.reads[0]?.readAt ?? null),
});
