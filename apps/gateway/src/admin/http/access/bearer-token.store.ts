import { timingSafeEqual } from 'node:crypto';
import { parseAdminToken } from '@gatehouse/domain/input/opaque-key';
import { hashSecret } from '../../../adapters/people/secret-hash.js';
import { type StaffMember, staffMember } from '../../../adapters/people/staff-sessions.js';
import type { Queries } from '../transactions.js';

export interface BearerToken {
  readonly tokenId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  /** Whose it is; null: a service's. */
  readonly staff: StaffMember | null;
}

/** The admin token behind a bearer value; null if it is malformed, unknown, expired, revoked or of somebody suspended. */
export async function findBearerToken(
  db: Queries,
  bearer: string,
  nowMs: number,
): Promise<BearerToken | null> {
  const parsed = parseAdminToken(bearer);
  if (parsed === null) return null;
  const row = await db.adminToken.findUnique({
    where: parsed,
    include: { staff: { include: { roles: true } } },
  });
  if (row === null || row.revokedAt !== null || row.expiresAt.getTime() <= nowMs) return null;
  if (row.staff !== null && row.staff.state !== 'active') return null;
  if (!isSameHash(hashSecret(bearer), row.secretHash)) return null;
  return {
    tokenId: row.tokenId,
    label: row.label,
    scopes: row.scopes,
    staff: row.staff === null ? null : staffMember(row.staff),
  };
}

function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}
