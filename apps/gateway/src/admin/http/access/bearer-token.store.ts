import { timingSafeEqual } from 'node:crypto';
import { adminTokenLife } from '@gatehouse/domain/governance/admin-token-life';
import { parseAdminToken } from '@gatehouse/domain/input/opaque-key';
import { hashSecret } from '../../../adapters/people/secret-hash.js';
import { type StaffMember, staffMember } from '../../../adapters/people/staff-sessions.js';
import type { Queries } from '../transactions.js';
import { LAST_SIGN_IN, tokenFacts } from './token-facts.js';

export interface BearerToken {
  readonly tokenId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  /** Whose it is; null: a service's. */
  readonly staff: StaffMember | null;
}

/**
 * The admin token behind a bearer value; null if it is malformed, unknown, or not usable: expired, revoked, or of
 * somebody who is suspended or has not signed in for too long.
 */
export async function findBearerToken(
  db: Queries,
  bearer: string,
  ownerSignInMs: number,
  nowMs: number,
): Promise<BearerToken | null> {
  const parsed = parseAdminToken(bearer);
  if (parsed === null) return null;
  const row = await db.adminToken.findUnique({
    where: parsed,
    include: { parent: true, staff: { include: { roles: true, ...LAST_SIGN_IN } } },
  });
  if (row === null) return null;
  if (adminTokenLife(tokenFacts(row), ownerSignInMs, nowMs).state !== 'usable') return null;
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
