import type { InputOf } from '@gatehouse/contracts/routes';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { giveRole } from '../../adapters/people/staff-roles.js';
import { countedTotal } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { ID, inOrder, NAME, sortedKeys } from '../registry/sorted-keys.store.js';

const WITH_ROLES = {
  roles: { orderBy: { role: 'asc' } },
  sessions: { orderBy: { createdAt: 'desc' }, take: 1 },
} as const;

/** People who have signed in, and their roles. */
@Injectable()
export class StaffStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ sort, order, ...paging }: InputOf<'staffList'>['query']) {
    const list = { table: 'staff', key: ID, by: sort === 'name' ? NAME : ID, descending: order === 'desc' };
    const { keys, next } = await sortedKeys(this.db, list, paging, () => []);
    const rows = await this.db.staff.findMany({ where: { id: { in: [...keys] } }, include: WITH_ROLES });
    return { items: inOrder(keys, rows, ({ id }) => id).map(viewOf), next };
  }

  total() {
    return countedTotal((take) => this.db.staff.count({ take }));
  }

  /** @param odsCodes null: for every organisation. @throws AdminProblem not-found */
  async giveRole(
    transaction: Transaction,
    staffId: string,
    role: StaffRole,
    odsCodes: readonly string[] | null,
  ) {
    await requirePerson(transaction, staffId);
    await giveRole(transaction, { staffId, role, source: 'administrator' }, odsCodes, this.now());
    return readPerson(transaction, staffId);
  }

  /** @throws AdminProblem not-found, also where only the identity provider gave the role */
  async takeRole(transaction: Transaction, staffId: string, role: StaffRole) {
    await requirePerson(transaction, staffId);
    const { count } = await transaction.staffRole.deleteMany({
      where: { staffId, role, source: 'administrator' },
    });
    if (count === 0)
      throw notFound(
        `role ${role} that an administrator gave this person; a role from the identity provider must be taken away there`,
      );
    return readPerson(transaction, staffId);
  }

  /** A suspended person is shut out at once: their sign-ins end, and their tokens are no longer accepted. */
  async suspend(transaction: Transaction, change: Change, staffId: string) {
    await setState(transaction, staffId, 'suspended');
    await transaction.staffSession.updateMany({
      where: { staffId, endedAt: null },
      data: { endedAt: new Date(this.now()), endedBy: change.actor },
    });
    return readPerson(transaction, staffId);
  }

  async resume(transaction: Transaction, staffId: string) {
    await setState(transaction, staffId, 'active');
    return readPerson(transaction, staffId);
  }
}

async function requirePerson(transaction: Transaction, staffId: string): Promise<void> {
  const row = await transaction.staff.findUnique({ where: { id: staffId } });
  if (row === null) throw notFound(`person ${staffId}`);
}

async function setState(transaction: Transaction, staffId: string, state: 'active' | 'suspended') {
  await requirePerson(transaction, staffId);
  await transaction.staff.update({ where: { id: staffId }, data: { state } });
}

async function readPerson(transaction: Transaction, staffId: string) {
  return viewOf(await transaction.staff.findUniqueOrThrow({ where: { id: staffId }, include: WITH_ROLES }));
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
