/**
 * The life of a signing key as APIM sees it.
 *
 * APIM caches a JWKS URL for 3,600 s and does not fetch again for an unknown kid
 * (docs/reference/protocol-facts.md §4, identity-service-api PopulateCache.CCJWKS), so a key may sign only when
 * every cached copy of its URL must contain it. A URL that was never served has no cached copy: its first key needs
 * no wait.
 */
export const SIGNING_KEY_STATES = ['PENDING', 'PUBLISHED', 'ACTIVE', 'RETIRING', 'REMOVED'] as const;
export type SigningKeyState = (typeof SIGNING_KEY_STATES)[number];

export const JWKS_CACHE_S = 3_600;
/** Added to the time that API Management caches keys: clock differences and APIM's own fetch time (up to 55 s). */
export const ACTIVATION_MARGIN_S = 300;
/**
 * A retired key stays published until no assertion that it signed can still be valid (240 s), and long enough to roll
 * back.
 */
export const RETIREMENT_S = 2 * JWKS_CACHE_S;

const NEXT: Readonly<Record<SigningKeyState, readonly SigningKeyState[]>> = {
  PENDING: ['PUBLISHED', 'REMOVED'],
  PUBLISHED: ['ACTIVE', 'REMOVED'],
  ACTIVE: ['RETIRING'],
  RETIRING: ['ACTIVE', 'REMOVED'],
  REMOVED: [],
};

/** Whether a key may go from one state to another at all, times aside. */
export function mayBecome(from: SigningKeyState, to: SigningKeyState): boolean {
  return NEXT[from].includes(to);
}

/** Keys in these states are in the published JWKS. */
export function isPublished(state: SigningKeyState): boolean {
  return state === 'PUBLISHED' || state === 'ACTIVE' || state === 'RETIRING';
}

/**
 * When a published key may first sign, in epoch milliseconds.
 * @param earlierKeyPublished whether any other key of this application's JWKS URL was ever published before it;
 *   if none was, no copy of the URL without this key can be cached
 */
export function activatableAtMs(publishedAtMs: number, earlierKeyPublished: boolean): number {
  return earlierKeyPublished ? publishedAtMs + (JWKS_CACHE_S + ACTIVATION_MARGIN_S) * 1000 : publishedAtMs;
}
