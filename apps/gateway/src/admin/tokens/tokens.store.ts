import type { InputOf } from '@gatehouse/contracts/routes';
import type { TokenScope } from '@gatehouse/domain/governance/permissions';
import { mintAdminToken, type RandomBytes } from '@gatehouse/domain/input/opaque-key';
import { Inject, Injectable } from '@nestjs/common';
import { hashSecret } from '../../adapters/people/secret-hash.js';
import type { Principal } from '../http/access/principal.js';
import { pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, RANDOM_BYTES } from '../injected.js';

type TokenRow = Awaited<ReturnType<Queries['adminToken']['findMany']>>[number];

export interface NewToken {
  readonly label: string;
  readonly scopes: readonly TokenScope[];
  /** Whose it is; null: a service's. */
  readonly staffId: string | null;
  readonly expiresAtMs: number;
}

/** Tokens of the admin API, of which only hashes are kept. */
@Injectable()
export class TokensStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(RANDOM_BYTES) private readonly randomBytes: RandomBytes,
  ) {}

  /** @param staffId whose tokens to list; null: those of every service and person */
  async list({ limit, after }: InputOf<'tokenList'>['query'], staffId: string | null) {
    const nowMs = this.now();
    const rows = await this.db.adminToken.findMany({
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

  /** Creates a token; the answer has the only copy of it there will ever be. */
  async create(transaction: Transaction, change: Change, token: NewToken) {
    const nowMs = this.now();
    const { id: tokenId, key } = mintAdminToken(this.randomBytes);
    const row = await transaction.adminToken.create({
      data: {
        tokenId,
        secretHash: hashSecret(key),
        label: token.label,
        scopes: [...new Set(token.scopes)],
        staffId: token.staffId,
        createdBy: change.actor,
        createdAt: new Date(nowMs),
        expiresAt: new Date(token.expiresAtMs),
      },
    });
    return { ...viewOf(row, nowMs), token: key };
  }

  /** Revokes a token, unless it has a scope that the one who revokes lacks. */
  async revoke(transaction: Transaction, tokenId: string, { scopes, staffId }: Principal) {
    const nowMs = this.now();
    const row = await transaction.adminToken.findUnique({ where: { tokenId } });
    if (row === null || (staffId !== null && row.staffId !== staffId))
      throw notFound(`admin token ${tokenId}`);
    const lacking = scopes === null ? [] : row.scopes.filter((scope) => !scopes.includes(scope));
    if (lacking.length > 0) throw conflict(`That token has scopes that yours lacks: ${lacking.join(', ')}.`);
    if (row.revokedAt !== null) return viewOf(row, nowMs);
    const data = { revokedAt: new Date(nowMs) };
    return viewOf(await transaction.adminToken.update({ where: { tokenId }, data }), nowMs);
  }
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
