/**
 * Sessions of healthcare workers, in PostgreSQL. What is read is kept for a second, for the sessions in use. That a
 * session has ended or changed meanwhile is found out by the INTENT statement of a call, and not by the age of a copy.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';
import { mintUserSession } from '@gatehouse/domain/input/opaque-key';
import { GatewayError } from '@gatehouse/domain/errors';
import type { AssuranceLevel, SignedInUser } from '@gatehouse/domain/users/id-token';
import type { UserFunction, UserRole } from '@gatehouse/domain/users/roles';
import { SESSIONS_PER_USER, type SessionLimits, writesActivity } from '@gatehouse/domain/users/session-life';
import type { UserChoice, UserSession } from '@gatehouse/domain/users/user-session';
import { hashSecret } from '../people/secret-hash.js';
import { endSessions, type Ending } from './end-sessions.js';
import type { EndRecords } from './record-ends.js';
import { createSessionCopies } from './session-copies.js';
import type { SealedPlace, TokenBox } from './token-box.js';
import { hashOfIdToken } from './used-tokens.js';

export interface NewUserSession {
  readonly environment: string;
  readonly clientId: string;
  readonly product: string;
  readonly pattern: 'separate' | 'combined';
  /** The one organisation to act for, in combined authentication; null: any that is granted. */
  readonly onlyOdsCode: string | null;
  readonly user: SignedInUser;
  /** To be exchanged for access tokens; null in combined authentication. */
  readonly idToken: string | null;
  /** In words, for people; null if CIS2 gave none. */
  readonly name: string | null;
}

export interface OpenedUserSession {
  readonly session: UserSession;
  readonly handle: string;
}

export interface UserSessions {
  readonly limits: SessionLimits;
  /** The session of a handle, as it was within the last second; null if there is none. */
  find(handle: string): Promise<UserSession | null>;
  /** The same, as it is now. */
  read(handle: string): Promise<UserSession | null>;
  /** What was read last of a session in use; null if it is not in use. */
  current(id: string): UserSession | null;
  /** Reads a session again; null if there is none. */
  refresh(id: string): Promise<UserSession | null>;
  /** Notes that a session is used. It is written at most once a minute, and nothing waits for it. */
  touch(session: UserSession, isBackground: boolean): void;
  /**
   * Opens a session, of which the handle is known to the caller alone. Beyond five of a user and client, the oldest end.
   * @throws GW_SIGNING_UNAVAILABLE if KMS is needed and does not answer; GW_OVERLOAD if the database has no time
   */
  open(values: NewUserSession): Promise<OpenedUserSession>;
  /** The first roles of a session, and the one in force if there is no other. Null if it has ended. */
  begin(id: string, roles: readonly UserRole[], choice: UserChoice | null): Promise<UserSession | null>;
  /** Roles that were read again. The choice stays. Null if the session has ended. */
  setRoles(id: string, roles: readonly UserRole[]): Promise<UserSession | null>;
  /** Null if the session has ended. */
  setChoice(id: string, choice: UserChoice): Promise<UserSession | null>;
  /** Takes the turn to read roles again, of which there is one in so many ms. */
  mayReadRoles(id: string, everyMs: number): Promise<boolean>;
  /** The person's name; null if it is not known, or the session has ended. */
  nameOf(id: string): Promise<string | null>;
  /** Ends sessions for good and records it, as `EndRecords.record` does. @returns the ids of those that had not ended before */
  end(ids: readonly string[], ending: Ending): Promise<string[]>;
  /** Ends a session that was never handed out, and which therefore does not use up its ID token. */
  abandon(id: string, ending: Ending): Promise<void>;
}

export interface UserSessionOptions {
  readonly db: Database;
  readonly box: TokenBox;
  readonly limits: SessionLimits;
  readonly endRecords: Pick<EndRecords, 'record'>;
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly onFault: (error: unknown) => void;
}

const ROOM_FOR_NEWER: Ending = { by: 'Gatehouse', reason: 'the user opened a newer one' };

export function createUserSessions({
  db,
  box,
  limits,
  endRecords,
  now,
  monotonicNow,
  onFault,
}: UserSessionOptions): UserSessions {
  const copies = createSessionCopies(monotonicNow);

  const read = async (where: { handleHash: string } | { id: string }): Promise<UserSession | null> => {
    const row = await db.userSession.findUnique({ where });
    return row === null ? null : copies.keep(row.handleHash, sessionOf(row));
  };

  const readNow = (roles: readonly UserRole[]) => ({
    roles: roles.map(({ odsCode, businessFunction }) => ({ odsCode, businessFunction })),
    rolesReadAt: new Date(now()),
  });

  /** @returns the session after the change; null if it has ended */
  const change = async (id: string, data: Parameters<typeof db.userSession.updateMany>[0]['data']) => {
    const { count } = await db.userSession.updateMany({ where: { id, endedAt: null }, data });
    return count === 0 ? null : read({ id });
  };

  const end: UserSessions['end'] = async (ids, ending) => {
    const ended = await endSessions(db, ids, ending, now());
    for (const id of ids) copies.forget(id);
    await endRecords.record(ended);
    return ended;
  };

  return {
    limits,
    current: (id) => copies.byId(id),
    refresh: (id) => read({ id }),

    read: (handle) => read({ handleHash: hashSecret(handle) }),

    find(handle) {
      const handleHash = hashSecret(handle);
      return copies.fresh(handleHash, () => read({ handleHash }));
    },

    touch(session, isBackground) {
      const known = copies.byId(session.id) ?? session;
      const nowMs = now();
      if (!writesActivity(known, isBackground, nowMs)) return;
      copies.active(known, nowMs);
      db.userSession
        .updateMany({ where: { id: session.id, endedAt: null }, data: { lastActiveAt: new Date(nowMs) } })
        .catch(onFault);
    },

    async open(values) {
      const id = randomUUID();
      const { key: handle } = mintUserSession(values.environment, randomBytes);
      const row = await rowOf(id, handle, values);
      const opening = db.$transaction(async (transaction) => {
        // Two logins of one user at once must not both find room.
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${lockOf(values)})`;
        const { handleHash, ...session } = await transaction.userSession.create({ data: row });
        const oldest = await transaction.userSession.findMany({
          where: { clientId: values.clientId, userId: values.user.userId, endedAt: null },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          skip: SESSIONS_PER_USER,
          select: { id: true },
        });
        const ids = oldest.map((each) => each.id);
        if (ids.length > 0) await endSessions(transaction, ids, ROOM_FOR_NEWER, now());
        return { session: copies.keep(handleHash, sessionOf(session)), ended: ids };
      });
      const created = await opening.catch((error: unknown) => {
        throw isOutOfTime(error) ? overloaded(error) : error;
      });
      for (const ended of created.ended) copies.forget(ended);
      await endRecords.record(created.ended);
      return { session: created.session, handle };
    },

    begin: (id, roles, choice) => change(id, { ...readNow(roles), ...columnsOf(choice) }),
    setRoles: (id, roles) => change(id, readNow(roles)),

    setChoice: (id, choice) => change(id, columnsOf(choice)),

    async mayReadRoles(id, everyMs) {
      const nowMs = now();
      const { count } = await db.userSession.updateMany({
        where: {
          id,
          endedAt: null,
          OR: [{ rolesReadAt: null }, { rolesReadAt: { lte: new Date(nowMs - everyMs) } }],
        },
        data: { rolesReadAt: new Date(nowMs) },
      });
      return count === 1;
    },

    async nameOf(id) {
      const row = await db.userSession.findUnique({
        where: { id },
        select: { environment: true, nameSealed: true },
      });
      if (row === null || row.nameSealed === null) return null;
      return box.open(row.nameSealed, placeOf(row.environment, id, 'name'));
    },

    end,

    async abandon(id, ending) {
      // If somebody has ended it meanwhile, the token stays used up.
      await db.userSession.updateMany({ where: { id, endedAt: null }, data: { idTokenHash: null } });
      await end([id], ending);
    },
  };

  async function rowOf(id: string, handle: string, values: NewUserSession) {
    const { environment, clientId, product, pattern, onlyOdsCode, user, idToken, name } = values;
    const at = new Date(now());
    const seal = (secret: string | null, kind: 'id' | 'name') =>
      secret === null ? null : box.seal(secret, placeOf(environment, id, kind));
    return {
      ...{ id, handleHash: hashSecret(handle), environment, clientId, product, pattern, onlyOdsCode },
      userId: user.userId,
      cis2SessionId: user.cis2SessionId,
      authenticationLevel: user.authenticationAssurance,
      identityLevel: 3,
      authenticatedAt: new Date(user.authenticatedAtMs),
      idTokenSealed: await seal(idToken, 'id'),
      idTokenExpiresAt: user.expiresAtMs === null ? null : new Date(user.expiresAtMs),
      idTokenHash: idToken === null ? null : hashOfIdToken(idToken),
      nameSealed: await seal(name, 'name'),
      createdAt: at,
      lastActiveAt: at,
    };
  }
}

/** Prisma's error of a transaction that found no free connection in time, or took too long. */
const isOutOfTime = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'P2028';

const overloaded = (cause: unknown): GatewayError =>
  new GatewayError('GW_OVERLOAD', { detail: 'the database had no time to open a user session', cause });

const placeOf = (environment: string, id: string, kind: 'id' | 'name'): SealedPlace => ({
  environment,
  ownerId: id,
  applicationId: null,
  kind,
  generation: 0,
});

/** One lock for each user of each client. */
function lockOf({ clientId, user }: NewUserSession): bigint {
  return createHash('sha256')
    .update(JSON.stringify([clientId, user.userId]))
    .digest()
    .readBigInt64BE();
}

function columnsOf(choice: UserChoice | null) {
  return {
    odsCode: choice?.odsCode ?? null,
    businessFunction: choice?.businessFunction ?? null,
    onBehalfOfUserId: choice?.onBehalfOfUserId ?? null,
  };
}

type Row = Omit<NonNullable<Awaited<ReturnType<Database['userSession']['findUnique']>>>, 'handleHash'>;

// The casts: the database's own constraints, and what is written here, keep these columns to the words of the types.

function sessionOf(row: Row): UserSession {
  return {
    id: row.id,
    version: Number(row.version),
    clientId: row.clientId,
    environment: row.environment,
    product: row.product,
    onlyOdsCode: row.onlyOdsCode,
    userId: row.userId,
    authenticationLevel: row.authenticationLevel as AssuranceLevel,
    identityLevel: 3,
    authenticatedAtMs: row.authenticatedAt.getTime(),
    lastActiveAtMs: row.lastActiveAt.getTime(),
    endedAtMs: row.endedAt?.getTime() ?? null,
    roles: row.roles as UserRole[] | null,
    choice:
      row.odsCode === null
        ? null
        : {
            odsCode: row.odsCode,
            businessFunction: row.businessFunction as UserFunction,
            onBehalfOfUserId: row.onBehalfOfUserId,
          },
  };
}
