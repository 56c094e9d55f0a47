import type { Database } from '@gatehouse/db/client';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import { type Paging, pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';

const WITH_ROLES = {
  roles: { orderBy: { role: 'asc' } },
  sessions: { orderBy: { createdAt: 'desc' }, take: 1 },
} as const;

export async function listStaff(db: Database, { limit, after }: Paging) {
  const rows = await db.staff.findMany({
    where: after === undefined ? {} : { id: { gt: after } },
    include: WITH_ROLES,
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  return pageOf(rows, limit, ({ id }) => id, viewOf);
}

/** @throws AdminProblem not-found */
export function giveRole(
  db: Database,
  change: Change,
  staffId: string,
  role: StaffRole,
  odsCodes: readonly string[] | null,
) {
  const held = { everyOrganisation: odsCodes === null, odsCodes: [...new Set(odsCodes ?? [])].sort() };
  return changingOf(db, change, staffId, (transaction) =>
    transaction.staffRole.upsert({
      where: { staffId_role_source: { staffId, role, source: 'administrator' } },
      create: { staffId, role, source: 'administrator', ...held },
      update: held,
    }),
  );
}

/** @throws AdminProblem not-found, also where only the identity provider gave the role */
export function takeRole(db: Database, change: Change, staffId: string, role: StaffRole) {
  return changingOf(db, change, staffId, async (transaction) => {
    const { count } = await transaction.staffRole.deleteMany({
      where: { staffId, role, source: 'administrator' },
    });
    if (count === 0)
      throw notFound(
        `role ${role} of this person that an administrator gave; one from the identity provider is taken there`,
      );
  });
}

/** A suspended person is shut out at once: their sign-ins end, and their tokens are not taken. */
export function setStaffState(
  db: Database,
  change: Change,
  staffId: string,
  state: 'active' | 'suspended',
  nowMs: number,
) {
  return changingOf(db, change, staffId, async (transaction) => {
    await transaction.staff.update({ where: { id: staffId }, data: { state } });
    if (state === 'active') return;
    await transaction.staffSession.updateMany({
      where: { staffId, endedAt: null },
      data: { endedAt: new Date(nowMs), endedBy: change.actor },
    });
  });
}

function changingOf(
  db: Database,
  change: Change,
  staffId: string,
  work: (transaction: Transaction) => Promise<unknown>,
) {
  return changing(db, change, async (transaction) => {
    const known = await transaction.staff.findUnique({ where: { id: staffId } });
    if (known === null) throw notFound(`person ${staffId}`);
    await work(transaction);
    return viewOf(await transaction.staff.findUniqueOrThrow({ where: { id: staffId }, include: WITH_ROLES }));
  });
}

interface StaffRow {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly state: string;
  readonly createdAt: Date;
  readonly roles: readonly {
    readonly role: string;
    readonly source: string;
    readonly everyOrganisation: boolean;
    readonly odsCodes: readonly string[];
  }[];
  readonly sessions: readonly { readonly createdAt: Date }[];
}

function viewOf({ id, name, email, state, createdAt, roles, sessions }: StaffRow) {
  return {
    id,
    name,
    email,
    state: state as 'active' | 'suspended',
    createdAt: createdAt.toISOString(),
    roles: roles.map(({ role, source, everyOrganisation, odsCodes }) => ({
      role: role as StaffRole,
      source: source as 'provider' | 'administrator',
      odsCodes: everyOrganisation ? null : odsCodes,
    })),
    lastSignInAt: sessions[0]?.createdAt.toISOString() ?? null,
  };
}
