/**
 * Tokens of CIS2 that were used here, by their hashes: to which client an ID token belongs, whether a session that it
 * opened has ended, and which logout tokens and ended sessions were announced.
 */
import type { Database, Queries } from '@gatehouse/db/client';
import { LOGOUT_TOKEN_KEPT_MS } from '@gatehouse/domain/users/logout-token';
import { hashSecret } from '../people/secret-hash.js';

/** An ID token that was issued before the user logged out may be brought for so long afterwards. */
const LOGGED_OUT_KEPT_MS = 12 * 3_600_000;

/** A signature has bits that nobody checks, so only what it signs tells one token from another. */
export const hashOfIdToken = (idToken: string): string =>
  hashSecret(idToken.slice(0, idToken.lastIndexOf('.')));

/** Whether the token is of this client: the first that brings one keeps it until it expires. */
export async function belongsToClient(
  db: Database,
  token: { readonly idToken: string; readonly clientId: string; readonly expiresAtMs: number },
  nowMs: number,
): Promise<boolean> {
  const tokenHash = hashOfIdToken(token.idToken);
  const { clientId } = token;
  // A minute longer than it is valid, since clocks differ.
  await db.userTokenOwner.deleteMany({ where: { expiresAt: { lt: new Date(nowMs - 60_000) } } });
  const data = { tokenHash, clientId, expiresAt: new Date(token.expiresAtMs) };
  await db.userTokenOwner.createMany({ data: [data], skipDuplicates: true });
  const owner = await db.userTokenOwner.findUnique({ where: { tokenHash } });
  return owner?.clientId === clientId;
}

export interface Cis2Session {
  readonly environment: string;
  readonly cis2SessionId: string;
}

/** Notes that a logout token was used. False if it was used before. */
export async function useLogoutToken(
  transaction: Queries,
  token: { readonly issuer: string; readonly jti: string },
  nowMs: number,
): Promise<boolean> {
  await transaction.userLogoutToken.deleteMany({ where: { expiresAt: { lt: new Date(nowMs) } } });
  const jtiHash = hashSecret(JSON.stringify(['jti', token.issuer, token.jti]));
  const expiresAt = new Date(nowMs + LOGOUT_TOKEN_KEPT_MS);
  const { count } = await transaction.userLogoutToken.createMany({
    data: [{ jtiHash, expiresAt }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Notes that a session at CIS2 has ended. */
export async function noteLoggedOut(
  transaction: Queries,
  session: Cis2Session,
  nowMs: number,
): Promise<void> {
  const row = { jtiHash: hashOfSession(session), expiresAt: new Date(nowMs + LOGGED_OUT_KEPT_MS) };
  await transaction.userLogoutToken.createMany({ data: [row], skipDuplicates: true });
}

/** Whether CIS2 has said that this session ended, so that nothing of it opens another one here. */
export async function hasLoggedOut(
  db: Queries,
  environment: string,
  cis2SessionId: string | null,
): Promise<boolean> {
  if (cis2SessionId === null) return false;
  const jtiHash = hashOfSession({ environment, cis2SessionId });
  return (await db.userLogoutToken.findUnique({ where: { jtiHash } })) !== null;
}

/** A sign-in whose ID token is still valid. */
export interface SignIn {
  readonly environment: string;
  readonly cis2SessionId: string | null;
  /** Null in combined authentication. */
  readonly idToken: string | null;
}

/**
 * Why the sign-in may open no session any more, although its ID token is valid: CIS2 has said that the user logged
 * out, or a session that the token opened has ended, by whatever means. Null if it may.
 */
export async function endOfSignIn(
  db: Queries,
  { environment, cis2SessionId, idToken }: SignIn,
): Promise<'logged_out' | 'session_ended' | null> {
  if (await hasLoggedOut(db, environment, cis2SessionId)) return 'logged_out';
  if (idToken === null) return null;
  const where = { idTokenHash: hashOfIdToken(idToken), endedAt: { not: null } };
  const ended = await db.userSession.findFirst({ where, select: { id: true } });
  return ended === null ? null : 'session_ended';
}

const hashOfSession = ({ environment, cis2SessionId }: Cis2Session): string =>
  hashSecret(JSON.stringify(['sid', environment, cis2SessionId]));
