import type { InputOf } from '@gatehouse/contracts/routes';
import { adminTokenLife, childExpiryMs } from '@gatehouse/domain/governance/admin-token-life';
import { type TokenScope, WALL_SCOPE } from '@gatehouse/domain/governance/permissions';
import { TOKEN_NOTICE_DAYS } from '@gatehouse/domain/notices/token-notices';
import { mintAdminToken, type RandomBytes } from '@gatehouse/domain/input/opaque-key';
import { Inject, Injectable } from '@nestjs/common';
import { hashSecret } from '../../adapters/people/secret-hash.js';
import { nameOf } from '../../adapters/people/staff-sessions.js';
import { mayDo, type Principal } from '../http/access/principal.js';
import { LAST_SIGN_IN, tokenFacts, type TokenRows } from '../http/access/token-facts.js';
import { instantOf, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, OWNER_SIGN_IN_MS, RANDOM_BYTES } from '../injected.js';

export interface NewToken {
  readonly label: string;
  readonly scopes: readonly (TokenScope | typeof WALL_SCOPE)[];
  /** Whose it is; null: a service's. */
  readonly staffId: string | null;
  /** The public id of the token it is created with; null: a session, or bootstrap. */
  readonly parentTokenId: string | null;
  readonly expiresAtMs: number;
}

const ENDING_WITHIN_MS = TOKEN_NOTICE_DAYS[0] * 86_400_000;
const MOST_READ = 500;
const MOST_SHOWN = 20;

const WHOLE_TOKEN = {
  parent: { select: { tokenId: true, expiresAt: true } },
  staff: { select: { name: true, email: true, id: true, state: true, ...LAST_SIGN_IN } },
} as const;

/** Tokens of the admin API, of which only hashes are kept. */
@Injectable()
export class TokensStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(RANDOM_BYTES) private readonly randomBytes: RandomBytes,
    @Inject(OWNER_SIGN_IN_MS) private readonly ownerSignInMs: number,
  ) {}

  /** A person’s own tokens and, for those who make them, all wall links; for a service, every token. */
  async list({ limit, after }: InputOf<'tokenList'>['query'], principal: Principal) {
    const rows = await this.db.adminToken.findMany({
      include: WHOLE_TOKEN,
      orderBy: { tokenId: 'asc' },
      take: limit + 1,
      where: {
        ...(principal.staffId === null ? {} : { OR: reachable(principal) }),
        ...(after === undefined ? {} : { tokenId: { gt: after } }),
      },
    });
    return pageOf(
      rows,
      limit,
      (row) => row.tokenId,
      (row) => this.viewOf(row),
    );
  }

  /** Everybody’s tokens that end soon, and the wall links: those that still work, the first to expire first. */
  async ending() {
    const rows = await this.db.adminToken.findMany({
      include: WHOLE_TOKEN,
      orderBy: [{ expiresAt: 'asc' }, { tokenId: 'asc' }],
      take: MOST_READ,
      where: { revokedAt: null, expiresAt: { gt: new Date(this.now()) } },
    });
    const soon = new Date(this.now() + ENDING_WITHIN_MS).toISOString();
    const usable = rows.map((row) => this.viewOf(row)).filter(({ state }) => state === 'usable');
    const isWall = ({ scopes }: { readonly scopes: readonly string[] }) => scopes.includes(WALL_SCOPE);
    return {
      tokensEnding: usable
        .filter((token) => !isWall(token) && token.endsAt !== null && token.endsAt <= soon)
        .toSorted((a, b) => (a.endsAt ?? '').localeCompare(b.endsAt ?? ''))
        .slice(0, MOST_SHOWN),
      wallLinks: usable.filter(isWall).slice(0, MOST_SHOWN),
    };
  }

  /**
   * Creates a token; the answer has the only copy of it there will ever be. One created with another token expires with
   * it at the latest.
   */
  async create(transaction: Transaction, change: Change, token: NewToken) {
    const { id: tokenId, key } = mintAdminToken(this.randomBytes);
    const parent = await parentOf(transaction, token.parentTokenId);
    const expiresAtMs = childExpiryMs(
      token.expiresAtMs,
      parent === null ? null : { expiresAtMs: parent.expiresAt.getTime() },
    );
    const row = await transaction.adminToken.create({
      data: {
        tokenId,
        secretHash: hashSecret(key),
        label: token.label,
        scopes: [...new Set(token.scopes)],
        staffId: token.staffId,
        createdBy: change.actor,
        parentId: parent?.id ?? null,
        createdAt: new Date(this.now()),
        expiresAt: new Date(expiresAtMs),
      },
      include: WHOLE_TOKEN,
    });
    return { ...this.viewOf(row), token: key };
  }

  /** Revokes a token and all that were created with it, unless it has a scope that the one who revokes lacks. */
  async revoke(transaction: Transaction, tokenId: string, principal: Principal) {
    const { scopes, staffId } = principal;
    const row = await transaction.adminToken.findFirst({
      where: { tokenId, ...(staffId === null ? {} : { OR: reachable(principal) }) },
      include: WHOLE_TOKEN,
    });
    if (row === null) throw notFound(`admin token ${tokenId}`);
    const lacking = scopes === null ? [] : row.scopes.filter((scope) => !scopes.includes(scope));
    if (lacking.length > 0) throw conflict(`That token has scopes that yours lacks: ${lacking.join(', ')}.`);
    await revokeWithDescendants(transaction, row.id, new Date(this.now()));
    return this.viewOf(
      await transaction.adminToken.findUniqueOrThrow({ where: { tokenId }, include: WHOLE_TOKEN }),
    );
  }

  private viewOf(row: TokenRow) {
    const life = adminTokenLife(tokenFacts(row), this.ownerSignInMs, this.now());
    return {
      tokenId: row.tokenId,
      label: row.label,
      scopes: row.scopes,
      person: row.staff === null ? null : nameOf(row.staff),
      parentTokenId: row.parent?.tokenId ?? null,
      state: life.state,
      endsAt: life.endsAtMs === null ? null : new Date(life.endsAtMs).toISOString(),
      endsBecause: life.endsBecause,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      revokedAt: instantOf(row.revokedAt),
    };
  }
}

/** The tokens that a person may see and revoke. */
const reachable = (principal: Principal) => [
  { staffId: principal.staffId },
  ...(mayDo(principal, 'wall.write') ? [{ scopes: { has: WALL_SCOPE } }] : []),
];

interface TokenRow extends Omit<TokenRows, 'parent' | 'staff'> {
  readonly tokenId: string;
  readonly label: string;
  readonly scopes: string[];
  readonly createdAt: Date;
  readonly parent: { readonly tokenId: string; readonly expiresAt: Date } | null;
  readonly staff: (NonNullable<TokenRows['staff']> & Parameters<typeof nameOf>[0]) | null;
}

async function parentOf(transaction: Transaction, tokenId: string | null) {
  if (tokenId === null) return null;
  return transaction.adminToken.findUniqueOrThrow({ where: { tokenId } });
}

/** Writers of tokens take turns, so no child is added meanwhile. */
async function revokeWithDescendants(transaction: Transaction, id: string, at: Date): Promise<void> {
  await transaction.$executeRaw`
    WITH RECURSIVE family AS (
      SELECT id FROM admin_token WHERE id = ${id}::uuid
      UNION ALL
      SELECT child.id FROM admin_token child JOIN family ON child.parent_id = family.id
    )
    UPDATE admin_token SET revoked_at = ${at} WHERE id IN (SELECT id FROM family) AND revoked_at IS NULL`;
}
