import type { Database } from '@gatehouse/db/client';
import { WALL_SCOPE } from '@gatehouse/domain/governance/permissions';
import { type ExpiringToken, TOKEN_NOTICE_DAYS } from '@gatehouse/domain/notices/token-notices';
import { addresseeOf } from '../notices/addressing.js';

const DAY_MS = 86_400_000;

/** Tokens of the admin API that end within the days in which that is announced. */
export async function expiringTokens(
  db: Pick<Database, 'adminToken'>,
  nowMs: number,
): Promise<ExpiringToken[]> {
  const rows = await db.adminToken.findMany({
    where: {
      revokedAt: null,
      OR: [{ staffId: null }, { staff: { state: 'active' } }],
      expiresAt: { gt: new Date(nowMs), lte: new Date(nowMs + TOKEN_NOTICE_DAYS[0] * DAY_MS) },
    },
    include: { staff: { include: { roles: true } } },
    orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ id, label, scopes, createdAt, expiresAt, staff }) => ({
    ...{
      id,
      label,
      isWall: scopes.includes(WALL_SCOPE),
      createdAtMs: createdAt.getTime(),
      expiresAtMs: expiresAt.getTime(),
    },
    owner: staff === null ? null : { staffId: staff.id, roles: addresseeOf(staff).roles },
  }));
}
