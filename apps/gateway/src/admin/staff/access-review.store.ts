import type { InputOf } from '@gatehouse/contracts/routes';
import type { ReviewedRoleView } from '@gatehouse/contracts/staff/access-review-routes';
import { type Prisma } from '@gatehouse/db/client';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import { CONFIRMED_FOR_MS, isOverdue, mayConfirm, reviewDueMs } from '@gatehouse/domain/staff/access-review';
import { Inject, Injectable } from '@nestjs/common';
import { reviewedRole } from '../../adapters/people/staff-roles.js';
import { nameOf } from '../../adapters/people/staff-sessions.js';
import type { Acting } from '../http/access/principal.js';
import { instantOf, pageOf } from '../http/paging.js';
import { AdminProblem, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

const WITH_PERSON = {
  staff: { include: { sessions: { orderBy: { lastSeenAt: 'desc' }, take: 1 } } },
} as const satisfies Prisma.StaffRoleInclude;

type RoleRow = Prisma.StaffRoleGetPayload<{ include: typeof WITH_PERSON }>;

/** Who holds which role, and the yearly confirmation of each by somebody else. */
@Injectable()
export class AccessReviewStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, only }: InputOf<'accessReviewList'>['query'], acting: Acting) {
    const rows = await this.db.staffRole.findMany({
      where: {
        ...(after === undefined ? {} : { id: { gt: after } }),
        ...(only === undefined ? {} : this.overdue()),
      },
      include: WITH_PERSON,
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ id }) => id,
      (row) => this.viewOf(row, acting),
    );
  }

  /** @throws AdminProblem not-found; same-person for a role of one's own */
  async confirm(transaction: Transaction, acting: Acting, id: string) {
    const row = await transaction.staffRole.findUnique({ where: { id }, include: WITH_PERSON });
    if (row === null) throw notFound(`role ${id} of a member of staff`);
    if (!this.mayConfirm(row, acting))
      throw new AdminProblem('same-person', 'This role is your own. A colleague must confirm it.');
    const confirmed = await transaction.staffRole.update({
      where: { id },
      data: { confirmedAt: new Date(this.now()), confirmedBy: acting.actor },
      include: WITH_PERSON,
    });
    return this.viewOf(confirmed, acting);
  }

  /** As `isOverdue` says it. */
  private overdue(): Prisma.StaffRoleWhereInput {
    const before = { lte: new Date(this.now() - CONFIRMED_FOR_MS) };
    return {
      staff: { state: 'active' },
      OR: [{ confirmedAt: before }, { confirmedAt: null, OR: [{ grantedAt: before }, { grantedAt: null }] }],
    };
  }

  private mayConfirm({ staff }: RoleRow, { staffId, session }: Acting): boolean {
    const confirmer = { staffId, email: session?.staff.email ?? null };
    return mayConfirm({ staffId: staff.id, email: staff.email }, confirmer);
  }

  private viewOf(row: RoleRow, acting: Acting): ReviewedRoleView {
    const { id, staff, role, source, everyOrganisation, odsCodes, confirmedAt, confirmedBy, grantedAt } = row;
    const reviewed = reviewedRole(row);
    const dueMs = reviewDueMs(reviewed);
    return {
      ...{ id, staffId: staff.id, person: nameOf(staff), personState: staff.state as 'active' | 'suspended' },
      ...{ role: role as StaffRole, source: source as 'provider' | 'administrator' },
      odsCodes: everyOrganisation ? null : odsCodes,
      grantedAt: instantOf(grantedAt),
      lastActiveAt: instantOf(staff.sessions[0]?.lastSeenAt ?? null),
      ...{ confirmedAt: instantOf(confirmedAt), confirmedBy },
      dueAt: dueMs === null ? null : new Date(dueMs).toISOString(),
      isOverdue: staff.state === 'active' && isOverdue(reviewed, this.now()),
      mayConfirm: this.mayConfirm(row, acting),
    };
  }
}
