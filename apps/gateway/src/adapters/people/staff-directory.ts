/** Staff who have signed in: who they are, their roles, and a session for each browser. */
import { randomBytes } from 'node:crypto';
import { changeRegistry, type Database } from '@gatehouse/db/client';
import type { HeldRole } from '@gatehouse/domain/governance/permissions';
import type { Identity } from './staff-identity.js';
import { hashSecret } from './secret-hash.js';
import { giveRole } from './staff-roles.js';
import { ABSOLUTE_MS, endSession, findSession, nameOf } from './staff-sessions.js';

const randomText = (): string => randomBytes(32).toString('base64url');

/** Records the person with the roles that their provider gives them now, unless they are suspended here. */
export async function welcome(
  db: Database,
  identity: Identity,
  roles: readonly HeldRole[],
  origin: string,
  nowMs: number,
): Promise<{ readonly id: string; readonly isSuspended: boolean; readonly hasRole: boolean }> {
  const { issuer, subject, name, email } = identity;
  const change = {
    actor: nameOf({ id: subject, name, email }),
    people: [{ issuer, subject }],
    origin,
    reason: 'from the identity provider, at sign-in',
  };
  const { value } = await changeRegistry(db, change, async (transaction) => {
    const staff = await transaction.staff.upsert({
      where: { issuer_subject: { issuer, subject } },
      create: { issuer, subject, name, email },
      update: { name, email },
    });
    if (staff.state !== 'active') return { id: staff.id, isSuspended: true, hasRole: false };
    await transaction.staffRole.deleteMany({
      where: { staffId: staff.id, source: 'provider', role: { notIn: roles.map(({ role }) => role) } },
    });
    for (const { role, odsCodes } of roles)
      await giveRole(transaction, { staffId: staff.id, role, source: 'provider' }, odsCodes, nowMs);
    return {
      id: staff.id,
      isSuspended: false,
      hasRole: (await transaction.staffRole.count({ where: { staffId: staff.id } })) > 0,
    };
  });
  return value;
}

/** Opens a new session, and ends the one that this browser had before. */
export async function openSession(
  db: Database,
  staffId: string,
  browser: { readonly address: string; readonly userAgent: string; readonly formerSecret: string | null },
  nowMs: number,
): Promise<string> {
  const former = browser.formerSecret === null ? null : await findSession(db, browser.formerSecret, nowMs);
  if (former !== null) await endSession(db, former.id, 'a new sign-in', nowMs);
  const secret = randomText();
  await db.staffSession.create({
    data: {
      staffId,
      secretHash: hashSecret(secret),
      createdAt: new Date(nowMs),
      lastSeenAt: new Date(nowMs),
      expiresAt: new Date(nowMs + ABSOLUTE_MS),
      address: browser.address,
      userAgent: browser.userAgent.slice(0, 300),
    },
  });
  return secret;
}
