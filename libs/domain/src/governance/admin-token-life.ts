/** How long a token of the admin API works. */

export const ADMIN_TOKEN_STATES = [
  'usable',
  'expired',
  'revoked',
  'sign-in needed',
  'owner suspended',
] as const;
export type AdminTokenState = (typeof ADMIN_TOKEN_STATES)[number];

/** What ends a token first: its own date, that of the token it was created with, its owner's last sign-in, or people. */
export const ADMIN_TOKEN_ENDS = ['expiry', 'parent', 'sign-in', 'revocation', 'suspension'] as const;
export type AdminTokenEnd = (typeof ADMIN_TOKEN_ENDS)[number];

export interface AdminTokenFacts {
  /** Epoch ms. */
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  /** The token it was created with; null: a person's session, or bootstrap. */
  readonly parent: { readonly expiresAtMs: number } | null;
  /** The person whose token it is; null: a service's. */
  readonly owner: { readonly isActive: boolean; readonly lastSignInMs: number | null } | null;
}

export interface AdminTokenLife {
  readonly state: AdminTokenState;
  /** Epoch ms: when it stopped, or will stop unless something happens before. Null: no time is known. */
  readonly endsAtMs: number | null;
  readonly endsBecause: AdminTokenEnd;
}

/** A child never outlives the token it was created with. @returns epoch ms */
export function childExpiryMs(requestedMs: number, parent: { readonly expiresAtMs: number } | null): number {
  return parent === null ? requestedMs : Math.min(requestedMs, parent.expiresAtMs);
}

/**
 * A person's token works only while their last sign-in is recent: somebody who has left can no longer sign in, and their
 * roles are those that the identity provider last gave them.
 * @param maxSignInAgeMs how old the last sign-in of an owner may be
 */
export function adminTokenLife(
  { expiresAtMs, revokedAtMs, parent, owner }: AdminTokenFacts,
  maxSignInAgeMs: number,
  nowMs: number,
): AdminTokenLife {
  if (revokedAtMs !== null) return { state: 'revoked', endsAtMs: revokedAtMs, endsBecause: 'revocation' };
  const isParents = parent !== null && parent.expiresAtMs <= expiresAtMs;
  const ownEndMs = childExpiryMs(expiresAtMs, parent);
  const own = { endsAtMs: ownEndMs, endsBecause: isParents ? 'parent' : 'expiry' } as const;
  if (ownEndMs <= nowMs) return { state: 'expired', ...own };
  if (owner === null) return { state: 'usable', ...own };
  if (!owner.isActive) return { state: 'owner suspended', endsAtMs: null, endsBecause: 'suspension' };
  if (owner.lastSignInMs === null) return { state: 'sign-in needed', endsAtMs: null, endsBecause: 'sign-in' };
  const signInEndMs = owner.lastSignInMs + maxSignInAgeMs;
  const bySignIn = { endsAtMs: signInEndMs, endsBecause: 'sign-in' } as const;
  if (signInEndMs <= nowMs) return { state: 'sign-in needed', ...bySignIn };
  return { state: 'usable', ...(signInEndMs < ownEndMs ? bySignIn : own) };
}
