import type { Database } from '@gatehouse/db/client';
import type { ReviewedRole } from '@gatehouse/domain/staff/access-review';

interface RoleOf {
  readonly staffId: string;
  readonly role: string;
  readonly source: 'provider' | 'administrator';
}

/**
 * Gives a role for all organisations (`odsCodes` null) or for some. A role for other organisations than before is a new one:
 * what was confirmed was the old one.
 */
export async function giveRole(
  db: Pick<Database, 'staffRole'>,
  of: RoleOf,
  odsCodes: readonly string[] | null,
  nowMs: number,
): Promise<void> {
  const reach = { everyOrganisation: odsCodes === null, odsCodes: [...new Set(odsCodes ?? [])].sort() };
  const before = await db.staffRole.findUnique({ where: { staffId_role_source: of } });
  if (before === null) {
    await db.staffRole.create({ data: { ...of, ...reach, grantedAt: new Date(nowMs) } });
    return;
  }
  const isSame =
    before.everyOrganisation === reach.everyOrganisation &&
    before.odsCodes.toSorted().join() === reach.odsCodes.join();
  if (isSame) return;
  await db.staffRole.update({
    where: { id: before.id },
    data: { ...reach, grantedAt: new Date(nowMs), confirmedAt: null, confirmedBy: null },
  });
}

export const reviewedRole = (row: {
  readonly grantedAt: Date | null;
  readonly confirmedAt: Date | null;
}): ReviewedRole => ({
  grantedAtMs: row.grantedAt?.getTime() ?? null,
  confirmedAtMs: row.confirmedAt?.getTime() ?? null,
});

/** The roles of people who are not suspended. */
export async function rolesInUse(db: Pick<Database, 'staffRole'>): Promise<ReviewedRole[]> {
  const rows = await db.staffRole.findMany({
    where: { staff: { state: 'active' } },
    select: { grantedAt: true, confirmedAt: true },
  });
  return rows.map(reviewedRole);
}
