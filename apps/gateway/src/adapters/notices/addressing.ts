/** Decides who receives each notice, once, however many workers there are. */
import { randomUUID } from 'node:crypto';
import type { Database, Queries } from '@gatehouse/db/client';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import { nextDigestMs } from '@gatehouse/domain/notices/digest';
import type { NoticeKindName } from '@gatehouse/domain/notices/notice-kinds';
import { type Addressee, receives } from '@gatehouse/domain/notices/recipients';

const MOST_AT_ONCE = 100;

/** Which ways there are: without a mail server nobody gets an email, and none waits for one. */
export interface Channels {
  readonly email: boolean;
  readonly webhook: boolean;
}

/** @returns how many notices it addressed */
export async function addressNotices(db: Database, channels: Channels, nowMs: number): Promise<number> {
  const notices = await db.notice.findMany({
    where: { addressedAt: null },
    orderBy: { createdAt: 'asc' },
    take: MOST_AT_ONCE,
  });
  if (notices.length === 0) return 0;
  const people = channels.email ? await findAddressees(db) : [];
  const webhooks = channels.webhook ? await db.noticeWebhook.findMany({ where: { endedAt: null } }) : [];
  for (const notice of notices) {
    const addressed = { ...notice, kind: notice.kind as NoticeKindName };
    const to = [
      ...people
        .filter((person) => receives(person, addressed))
        .map(({ staffId, daily }) => ({ staffId, ...whenOf(daily.includes(notice.kind), nowMs) })),
      ...webhooks
        .filter(({ kinds }) => kinds.includes(notice.kind))
        .map(({ id }) => ({ webhookId: id, ...whenOf(false, nowMs) })),
    ];
    await db.$transaction(async (transaction) => {
      const { count } = await transaction.notice.updateMany({
        where: { id: notice.id, addressedAt: null },
        data: { addressedAt: new Date(nowMs) },
      });
      // Another worker has.
      if (count === 0) return;
      await transaction.noticeDelivery.createMany({
        data: to.map((receiver) => ({
          ...{ id: randomUUID(), noticeId: notice.id, ...receiver },
          state: 'waiting',
        })),
      });
    });
  }
  return notices.length;
}

const whenOf = (daily: boolean, nowMs: number) => ({
  daily,
  dueAt: new Date(daily ? nextDigestMs(nowMs) : nowMs),
});

interface Receiver extends Addressee {
  /** Kinds that they want once a day. */
  readonly daily: readonly string[];
}

async function findAddressees(db: Queries): Promise<Receiver[]> {
  const rows = await db.staff.findMany({
    where: { state: 'active', email: { not: null } },
    include: { roles: true, choices: true },
  });
  return rows.map((row) => {
    const kindsOf = (choices: typeof row.choices) => choices.map(({ kind }) => kind);
    const unwanted = kindsOf(row.choices.filter(({ email }) => !email));
    const daily = kindsOf(row.choices.filter((choice) => choice.email && choice.daily));
    return { ...addresseeOf(row), unwanted, daily };
  });
}

interface StaffRow {
  readonly id: string;
  readonly state: string;
  readonly email: string | null;
  readonly roles: readonly {
    readonly role: string;
    readonly everyOrganisation: boolean;
    readonly odsCodes: string[];
  }[];
}

/** Who may receive what, without their choices. */
export function addresseeOf({ id, state, email, roles }: StaffRow): Addressee {
  return {
    ...{ staffId: id, isActive: state === 'active', email, unwanted: [] },
    roles: roles.map(({ role, everyOrganisation, odsCodes }) => ({
      role: role as StaffRole,
      odsCodes: everyOrganisation ? null : odsCodes,
    })),
  };
}
