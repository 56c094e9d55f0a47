/** Signs people with roles in by writing to the database, for tests of what they may do. */
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';
import type { HeldRole, StaffRole } from '@gatehouse/domain/governance/permissions';

export interface SignedIn {
  readonly staffId: string;
  readonly sessionId: string;
  /** The headers that the console sends with a request that changes something. */
  readonly headers: Record<string, string>;
}

export const CONSOLE = 'https://console.gatehouse.example';

/** @param roles a name alone is a role for every organisation */
export async function signIn(
  db: Database,
  name: string,
  roles: readonly (StaffRole | HeldRole)[],
  nowMs: number,
): Promise<SignedIn> {
  const secret = randomBytes(32).toString('base64url');
  const staff = await db.staff.create({
    data: {
      issuer: 'https://idp.example',
      subject: randomBytes(8).toString('hex'),
      name,
      email: `${name.toLowerCase()}@example.org`,
      roles: {
        create: roles.map((grant) => {
          const { role, odsCodes } = typeof grant === 'string' ? { role: grant, odsCodes: null } : grant;
          return {
            role,
            source: 'administrator',
            everyOrganisation: odsCodes === null,
            odsCodes: [...(odsCodes ?? [])],
          };
        }),
      },
      sessions: {
        create: {
          secretHash: createHash('sha256').update(secret).digest('hex'),
          createdAt: new Date(nowMs),
          lastSeenAt: new Date(nowMs),
          expiresAt: new Date(nowMs + 8 * 3_600_000),
          address: '127.0.0.1',
          userAgent: 'test',
        },
      },
    },
    include: { sessions: true },
  });
  return {
    staffId: staff.id,
    sessionId: staff.sessions[0]!.id,
    headers: {
      Cookie: `__Host-gatehouse-session=${secret}`,
      Origin: CONSOLE,
      'Gatehouse-CSRF': createHash('sha256').update(`csrf:${secret}`).digest('base64url'),
    },
  };
}
