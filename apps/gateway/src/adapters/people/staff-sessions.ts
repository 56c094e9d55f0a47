/** Sessions of staff in PostgreSQL: found by a hash of the cookie, dead when idle too long, too old, or ended. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Database } from '@gatehouse/db/client';
import { hashSecret } from './secret-hash.js';
import type { HeldRole, StaffRole } from '@gatehouse/domain/governance/permissions';

export const SESSION_COOKIE = '__Host-gatehouse-session';
export const IDLE_MS = 15 * 60_000;
export const ABSOLUTE_MS = 8 * 3_600_000;
/** `last_seen_at` is written at most so often. */
const TOUCH_MS = 30_000;

export interface StaffMember {
  readonly id: string;
  /** Who they are to their identity provider, which may change their name. */
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  readonly roles: readonly HeldRole[];
}

export interface StaffSession {
  readonly id: string;
  readonly staff: StaffMember;
  /** What a request that changes something must send in `Gatehouse-CSRF`. */
  readonly csrfToken: string;
  /** Epoch ms: the earlier of the idle and the absolute end. */
  readonly endsAtMs: number;
}

/** Can be told to the page, for it says nothing about the cookie it is made of. */
const csrfTokenOf = (secret: string): string =>
  createHash('sha256').update(`csrf:${secret}`).digest('base64url');

/**
 * The session behind a cookie's value, or null.
 * @param isActivity whether a person did something, which keeps the session from going idle; a page that polls does not
 */
export async function findSession(
  db: Pick<Database, 'staffSession'>,
  secret: string,
  nowMs: number,
  isActivity = true,
): Promise<StaffSession | null> {
  const row = await db.staffSession.findUnique({
    where: { secretHash: hashSecret(secret) },
    include: { staff: { include: { roles: true } } },
  });
  if (row === null || row.endedAt !== null || row.staff.state !== 'active') return null;
  const lastSeenMs = row.lastSeenAt.getTime();
  if (lastSeenMs + IDLE_MS <= nowMs || row.expiresAt.getTime() <= nowMs) return null;
  if (isActivity && nowMs - lastSeenMs >= TOUCH_MS) {
    await db.staffSession.updateMany({
      where: { id: row.id, endedAt: null },
      data: { lastSeenAt: new Date(nowMs) },
    });
  }
  return {
    id: row.id,
    staff: staffMember(row.staff),
    csrfToken: csrfTokenOf(secret),
    endsAtMs: Math.min((isActivity ? nowMs : lastSeenMs) + IDLE_MS, row.expiresAt.getTime()),
  };
}

interface StaffRow {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  readonly roles: readonly {
    readonly role: string;
    readonly everyOrganisation: boolean;
    readonly odsCodes: readonly string[];
  }[];
}

export function staffMember({ id, issuer, subject, name, email, roles }: StaffRow): StaffMember {
  return {
    id,
    issuer,
    subject,
    name,
    email,
    roles: roles.map(({ role, everyOrganisation, odsCodes }) => ({
      role: role as StaffRole,
      odsCodes: everyOrganisation ? null : odsCodes,
    })),
  };
}

/** As actor of what they do; two people may share a name. */
export const nameOf = ({ name, email, id }: Pick<StaffMember, 'id' | 'name' | 'email'>): string =>
  `${name} (${email ?? id})`;

/** Ends a session at once, wherever it is used. */
export async function endSession(
  db: Pick<Database, 'staffSession'>,
  id: string,
  by: string,
  nowMs: number,
): Promise<void> {
  await db.staffSession.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: new Date(nowMs), endedBy: by },
  });
}

/** The value of a cookie that was sent once, or null. */
export function cookieOf(request: IncomingMessage, name: string): string | null {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}
