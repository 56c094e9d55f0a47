/** Who a member of staff is, by the claims of their ID token. */
import type { SignedIn } from './openid/id-token.js';

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  /** Values of the roles claim. */
  readonly groups: readonly string[];
}

/** @param rolesClaim the claim that holds groups or roles, or the path to it: `realm_access.roles` */
export function staffIdentity(claims: SignedIn['claims'], rolesClaim: string): Identity {
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
  };
  const groups = claimAt(claims, rolesClaim);
  return {
    issuer: claims.iss,
    subject: claims.sub,
    name: text('name') ?? text('preferred_username') ?? claims.sub,
    email: text('email'),
    groups: (Array.isArray(groups) ? groups : [groups]).filter((group) => typeof group === 'string'),
  };
}

/** The claim of that name, or the one to which a path of names leads. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, name) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isObject ? (value as Record<string, unknown>)[name] : undefined;
  }, claims);
}
