import type { AdminTokenFacts } from '@gatehouse/domain/governance/admin-token-life';

/** Of a person's sign-ins, the last one. */
export const LAST_SIGN_IN = {
  sessions: { orderBy: { createdAt: 'desc' }, take: 1, select: { createdAt: true } },
} as const;

/** A token with its parent and its owner, as Prisma reads them. */
export interface TokenRows {
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly parent: { readonly expiresAt: Date } | null;
  readonly staff: {
    readonly state: string;
    readonly sessions: readonly { readonly createdAt: Date }[];
  } | null;
}

/** What decides whether a token works. */
export function tokenFacts({ expiresAt, revokedAt, parent, staff }: TokenRows): AdminTokenFacts {
  return {
    expiresAtMs: expiresAt.getTime(),
    revokedAtMs: revokedAt?.getTime() ?? null,
    parent: parent === null ? null : { expiresAtMs: parent.expiresAt.getTime() },
    owner:
      staff === null
        ? null
        : {
            isActive: staff.state === 'active',
            lastSignInMs: staff.sessions[0]?.createdAt.getTime() ?? null,
          },
  };
}
