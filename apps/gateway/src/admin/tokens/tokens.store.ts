import { timingSafeEqual } from 'node:crypto';
import type { Scope } from '@gatehouse/contracts/operation/operation-resources';
import type { Database } from '@gatehouse/db/client';
import { type StaffMember, staffMember } from '../../adapters/people/staff-sessions.js';
import { mintAdminToken, parseAdminToken, type RandomBytes } from '@gatehouse/domain/input/opaque-key';
import { hashSecret } from '../../adapters/people/secret-hash.js';
import { type Paging, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import { type Change, changing } from '../http/transaction.store.js';

export interface AdminToken {
  readonly tokenId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  /** Whose it is; null: a service's. */
  readonly staff: StaffMember | null;
}

type TokenRow = Awaited<ReturnType<Database['adminToken']['findMany']>>[number];

/** The token behind a bearer value, or null if it is malformed, unknown, expired or revoked. */
export async function findToken(db: Database, bearer: string, nowMs: number): Promise<AdminToken | null> {
  const parsed = parseAdminToken(bearer);
  if (parsed === null) return null;
  const row = await db.adminToken.findUnique({
    where: parsed,
    include: { staff: { include: { roles: true } } },
  });
  if (row === null || stateOf(row, nowMs) !== 'usable') return null;
  if (row.staff !== null && row.staff.state !== 'active') return null;
  const [given, held] = [Buffer.from(hashSecret(bearer), 'hex'), Buffer.from(row.secretHash, 'hex')];
  if (given.length !== held.length || !timingSafeEqual(given, held)) return null;
  return {
    tokenId: row.tokenId,
    label: row.label,
    scopes: row.scopes,
    staff: row.staff === null ? null : staffMember(row.staff),
  };
}

export interface NewToken {
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Whose it is; absent: a service's. */
  readonly staffId?: string | null;
  readonly expiresAtMs: number;
}

/** Makes a token; the answer holds the only copy of it there will ever be. */
export async function createToken(
  db: Database,
  change: Change,
  token: NewToken,
  randomBytes: RandomBytes,
  nowMs: number,
) {
  const minted = mintAdminToken(randomBytes);
  const row = await changing(db, change, (transaction) =>
    transaction.adminToken.create({
      data: {
        tokenId: minted.id,
        secretHash: hashSecret(minted.key),
        label: token.label,
        scopes: [...new Set(token.scopes)],
        staffId: token.staffId ?? null,
        createdBy: change.actor,
        createdAt: new Date(nowMs),
        expiresAt: new Date(token.expiresAtMs),
      },
    }),
  );
  return { ...viewOf(row, nowMs), token: minted.key };
}

/** Revokes a token unless it can do something that the one who revokes cannot. */
export async function revokeToken(
  db: Database,
  change: Change,
  tokenId: string,
  by: { readonly scopes: readonly string[] | null; readonly staffId: string | null },
  nowMs: number,
) {
  return changing(db, change, async (transaction) => {
    const row = await transaction.adminToken.findUnique({ where: { tokenId } });
    if (row === null || (by.staffId !== null && row.staffId !== by.staffId))
      throw notFound(`admin token ${tokenId}`);
    const beyond = by.scopes === null ? [] : row.scopes.filter((scope) => !by.scopes?.includes(scope));
    if (beyond.length > 0) throw conflict(`That token has scopes yours lacks: ${beyond.join(', ')}.`);
    if (row.revokedAt !== null) return viewOf(row, nowMs);
    return viewOf(
      await transaction.adminToken.update({ where: { tokenId }, data: { revokedAt: new Date(nowMs) } }),
      nowMs,
    );
  });
}

/** A person's own, or (`staffId` null) those of every service and person. */
export async function listTokens(
  db: Database,
  staffId: string | null,
  { limit, after }: Paging,
  nowMs: number,
) {
  const rows = await db.adminToken.findMany({
    orderBy: { tokenId: 'asc' },
    take: limit + 1,
    where: {
      ...(staffId === null ? {} : { staffId }),
      ...(after === undefined ? {} : { tokenId: { gt: after } }),
    },
  });
  return pageOf(
    rows,
    limit,
    (row) => row.tokenId,
    (row) => viewOf(row, nowMs),
  );
}

function stateOf(
  row: Pick<TokenRow, 'expiresAt' | 'revokedAt'>,
  nowMs: number,
): 'usable' | 'expired' | 'revoked' {
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt.getTime() <= nowMs ? 'expired' : 'usable';
}

function viewOf(row: TokenRow, nowMs: number) {
  return {
    tokenId: row.tokenId,
    label: row.label,
    scopes: row.scopes,
    state: stateOf(row, nowMs),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
