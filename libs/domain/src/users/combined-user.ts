/**
 * Who signed in by combined authentication. API Management returns no ID token there: its userinfo says who the user is,
 * and neither the level of assurance nor when they authenticated (docs/reference/protocol-facts.md §6, §11).
 */
import { type AssuranceLevel, MAX_AGE_S, type SignedInUser, USER_ID } from './id-token.js';

export interface CombinedSignIn {
  /** The level that was asked for. CIS2 may have authenticated the user at a higher one, but nothing says so. */
  readonly minimumLevel: AssuranceLevel;
  /** When the browser was sent to API Management, epoch ms. */
  readonly openedAtMs: number;
}

const MAX_NAME_LENGTH = 200;

/** @returns null unless userinfo names one user, by 12 digits */
export function combinedUser(
  userinfo: unknown,
  { minimumLevel, openedAtMs }: CombinedSignIn,
): { readonly user: SignedInUser; readonly name: string | null } | null {
  if (typeof userinfo !== 'object' || userinfo === null || Array.isArray(userinfo)) return null;
  const { sub, nhsid_useruid: sameAgain = sub, name } = userinfo as Record<string, unknown>;
  if (typeof sub !== 'string' || !USER_ID.test(sub) || sameAgain !== sub) return null;
  return {
    user: {
      userId: sub,
      // A logout at CIS2 is reported to API Management alone.
      cis2SessionId: null,
      // The earliest that it can have been, so that no session lasts longer than twelve hours.
      authenticatedAtMs: openedAtMs - MAX_AGE_S * 1000,
      authenticationAssurance: minimumLevel,
      expiresAtMs: null,
    },
    name: typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME_LENGTH) : null,
  };
}
