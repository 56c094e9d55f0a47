/**
 * Sign-ins of users that suppliers' servers have begun. A ticket opens a login once, for the browser that presents it
 * first. A code is used up by the first client that presents it, even if it was issued to another. PostgreSQL decides
 * both.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';
import { GatewayError } from '@gatehouse/domain/errors';
import type { AssuranceLevel, SignedInUser } from '@gatehouse/domain/users/id-token';
import { hashSecret } from '../people/secret-hash.js';
import type { SealedPlace, TokenBox } from './token-box.js';
import type { IssuedPair } from './tokens/issued-pair.js';
import { hasLoggedOut } from './used-tokens.js';

/** What a supplier's server chose when it began a login. */
export interface NewUserLogin {
  readonly environment: string;
  /** Id of the client's row; not the CIS2 client. */
  readonly clientId: string;
  readonly product: string;
  readonly pattern: 'separate' | 'combined';
  /** The organisation for which the user will act; null if the supplier named none. */
  readonly odsCode: string | null;
  /** One of the client's registered return targets. */
  readonly returnTarget: string;
  /** The supplier's own, returned to it unchanged. */
  readonly supplierState: string;
  /** SHA-256 of the supplier's verifier, base64url (RFC 7636, S256). */
  readonly codeChallenge: string;
  readonly minimumLevel: AssuranceLevel;
}

/** A login that a browser owns. */
export interface UserLogin extends NewUserLogin {
  readonly id: string;
  /** When that browser opened it, epoch ms. */
  readonly openedAtMs: number;
}

/** What was issued for a login. Sealed until the supplier's server redeems the code. */
export interface LoginTokens {
  /** Of CIS2; null in combined authentication, which issues none. */
  readonly idToken: string | null;
  /** Of API Management, in combined authentication. */
  readonly pair?: IssuedPair;
  /** Of CIS2; null if userinfo had none. */
  readonly name: string | null;
}

/** A login whose user is known: enough to open a session. */
export interface RedeemedLogin {
  readonly login: UserLogin;
  readonly user: SignedInUser;
  readonly tokens: LoginTokens;
}

export interface UserLogins {
  /** @throws GW_OVERLOAD if a thousand logins of the client wait to be opened */
  begin(values: NewUserLogin): Promise<{ readonly loginId: string; readonly ticket: string }>;
  /** Gives the login to the browser that presents the ticket. Only the first one gets it. */
  open(ticket: string): Promise<UserLogin | 'unknown' | 'used' | 'expired'>;
  /** A login that a browser has opened; null if it is gone. */
  opened(loginId: string): Promise<UserLogin | null>;
  /**
   * @returns a code for the supplier's server, valid for 60 s; null if the login was finished before
   * @throws GW_SIGNING_UNAVAILABLE if KMS is needed and does not answer
   */
  signedIn(loginId: string, user: SignedInUser, tokens: LoginTokens): Promise<string | null>;
  /**
   * @param clientId of the client that presents the code
   * @returns null unless code, verifier and client belong together; the code is used up either way
   * @throws GW_SIGNING_UNAVAILABLE if KMS is needed and does not answer
   */
  redeem(code: string, codeVerifier: string, clientId: string): Promise<RedeemedLogin | null>;
  /** Erases tokens whose code nobody redeemed in time, and logins that are long over. */
  clear(): Promise<void>;
}

export const TICKET_MS = 300_000;
export const CODE_MS = 60_000;
/** Logins of one client that nobody has opened yet. */
const MOST_WAITING = 1_000;
/** For so long, a browser that comes late sees why. */
const KEPT_MS = 3_600_000;

export function createUserLogins(db: Database, box: TokenBox, now: () => number): UserLogins {
  return {
    async begin(values) {
      const nowMs = now();
      const waiting = await db.userLogin.count({
        where: { clientId: values.clientId, openedAt: null, expiresAt: { gt: new Date(nowMs) } },
        take: MOST_WAITING,
      });
      if (waiting >= MOST_WAITING)
        throw new GatewayError('GW_OVERLOAD', { detail: 'too many logins wait', retryAfterS: 60 });
      const ticket = newSecret();
      const times = { createdAt: new Date(nowMs), expiresAt: new Date(nowMs + TICKET_MS) };
      const data = { ...values, ...times, ticketHash: hashSecret(ticket) };
      const { id } = await db.userLogin.create({ data, select: { id: true } });
      return { loginId: id, ticket };
    },

    async open(ticket) {
      const row = await db.userLogin.findUnique({ where: { ticketHash: hashSecret(ticket) } });
      if (row === null) return 'unknown';
      if (row.openedAt !== null) return 'used';
      const nowMs = now();
      if (row.expiresAt.getTime() <= nowMs) return 'expired';
      const { count } = await db.userLogin.updateMany({
        where: { id: row.id, openedAt: null },
        data: { openedAt: new Date(nowMs) },
      });
      return count === 1 ? loginOf(row, nowMs) : 'used';
    },

    async opened(loginId) {
      const row = await db.userLogin.findUnique({ where: { id: loginId } });
      return row === null || row.openedAt === null ? null : loginOf(row, row.openedAt.getTime());
    },

    async signedIn(loginId, user, tokens) {
      const row = await db.userLogin.findUnique({ where: { id: loginId } });
      if (row === null || row.openedAt === null) return null;
      const code = newSecret();
      const { count } = await db.userLogin.updateMany({
        where: { id: loginId, codeHash: null },
        data: {
          codeHash: hashSecret(code),
          codeExpiresAt: new Date(now() + CODE_MS),
          userId: user.userId,
          cis2SessionId: user.cis2SessionId,
          authenticationLevel: user.authenticationAssurance,
          authenticatedAt: new Date(user.authenticatedAtMs),
          idTokenExpiresAt: user.expiresAtMs === null ? null : new Date(user.expiresAtMs),
          tokensSealed: await box.seal(JSON.stringify(tokens), placeOf(row)),
        },
      });
      return count === 1 ? code : null;
    },

    async clear() {
      const nowMs = now();
      await db.userLogin.updateMany({
        where: { codeExpiresAt: { lte: new Date(nowMs) }, tokensSealed: { not: null } },
        data: { tokensSealed: null },
      });
      await db.userLogin.deleteMany({ where: { expiresAt: { lt: new Date(nowMs - KEPT_MS) } } });
    },

    async redeem(code, codeVerifier, clientId) {
      const row = await db.userLogin.findUnique({ where: { codeHash: hashSecret(code) } });
      if (row === null) return null;
      const nowMs = now();
      const { count } = await db.userLogin.updateMany({
        where: { id: row.id, codeUsedAt: null },
        data: { codeUsedAt: new Date(nowMs), tokensSealed: null },
      });
      const isTheirs = row.clientId === clientId && isVerifierOf(row.codeChallenge, codeVerifier);
      const isInTime = row.codeExpiresAt !== null && nowMs < row.codeExpiresAt.getTime();
      if (count !== 1 || !isTheirs || !isInTime) return null;
      if (row.tokensSealed === null || row.openedAt === null) return null;
      if (await hasLoggedOut(db, row.environment, row.cis2SessionId)) return null;
      const tokens = JSON.parse(await box.open(row.tokensSealed, placeOf(row))) as LoginTokens;
      return { login: loginOf(row, row.openedAt.getTime()), user: userOf(row), tokens };
    },
  };
}

type Row = NonNullable<Awaited<ReturnType<Database['userLogin']['findUnique']>>>;

// The casts: the database's own constraints keep these columns to the words of the types.

function loginOf(row: Row, openedAtMs: number): UserLogin {
  const { id, environment, clientId, product, odsCode, returnTarget, supplierState, codeChallenge } = row;
  const pattern = row.pattern as UserLogin['pattern'];
  const minimumLevel = row.minimumLevel as AssuranceLevel;
  const chosen = { environment, clientId, product, pattern, odsCode, returnTarget, supplierState };
  return { id, ...chosen, codeChallenge, minimumLevel, openedAtMs };
}

function userOf(row: Row): SignedInUser {
  return {
    userId: row.userId ?? '',
    cis2SessionId: row.cis2SessionId,
    authenticatedAtMs: row.authenticatedAt?.getTime() ?? 0,
    authenticationAssurance: row.authenticationLevel as AssuranceLevel,
    expiresAtMs: row.idTokenExpiresAt?.getTime() ?? null,
  };
}

const placeOf = ({ id, environment }: Pick<Row, 'id' | 'environment'>): SealedPlace => ({
  environment,
  ownerId: id,
  applicationId: null,
  kind: 'login',
  generation: 0,
});

const newSecret = (): string => randomBytes(32).toString('base64url');

function isVerifierOf(challenge: string, verifier: string): boolean {
  const expected = Buffer.from(challenge);
  const actual = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
