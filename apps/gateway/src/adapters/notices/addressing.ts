/** Decides who receives each notice, once, however many workers there are. */
import { randomUUID } from 'node:crypto';
import type { Database, Queries } from '@gatehouse/db/client';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
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
      ...people.filter((person) => receives(person, addressed)).map(({ staffId }) => ({ staffId })),
      ...webhooks.filter(({ kinds }) => kinds.includes(notice.kind)).map(({ id }) => ({ webhookId: id })),
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
          ...{ state: 'waiting', dueAt: new Date(nowMs) },
        })),
      });
    });
  }
  return notices.length;
}

async function findAddressees(db: Queries): Promise<Addressee[]> {
  const rows = await db.staff.findMany({
    where: { state: 'active', email: { not: null } },
    include: { roles: true, choices: { where: { email: false } } },
  });
  return rows.map((row) => ({ ...addresseeOf(row), unwanted: row.choices.map(({ kind }) => kind) }));
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
