/** Sign-ins of staff under way and done: kept in PostgreSQL, so that any replica may finish what another began. */
import { randomBytes } from 'node:crypto';
import { changeRegistry, type Database } from '@gatehouse/db/client';
import type { HeldRole } from '@gatehouse/domain/governance/permissions';
import type { Identity } from './identity-provider.js';
import { hashSecret } from './secret-hash.js';
import { ABSOLUTE_MS, endSession, findSession, nameOf } from './staff-sessions.js';

const ATTEMPT_MS = 600_000;

export interface Attempt {
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
}

export const randomText = (): string => randomBytes(32).toString('base64url');

/** Keeps what only this browser may finish, once. Forgets what was never finished. */
export async function beginSignIn(
  db: Database,
  attempt: Attempt & { readonly state: string; readonly handle: string },
  nowMs: number,
): Promise<void> {
  await db.signInAttempt.deleteMany({ where: { expiresAt: { lt: new Date(nowMs - ATTEMPT_MS) } } });
  const { state, handle, nonce, codeVerifier, returnTo } = attempt;
  await db.signInAttempt.create({
    data: {
      stateHash: hashSecret(state),
      handleHash: hashSecret(handle),
      nonce,
      codeVerifier,
      returnTo,
      createdAt: new Date(nowMs),
      expiresAt: new Date(nowMs + ATTEMPT_MS),
    },
  });
}

/** The sign-in that this state and this browser's cookie belong to; null the second time, or too late. */
export async function takeSignIn(
  db: Database,
  state: string,
  handle: string,
  nowMs: number,
): Promise<Attempt | null> {
  const [taken] = await db.signInAttempt.updateManyAndReturn({
    where: {
      stateHash: hashSecret(state),
      handleHash: hashSecret(handle),
      usedAt: null,
      expiresAt: { gt: new Date(nowMs) },
    },
    data: { usedAt: new Date(nowMs) },
  });
  return taken ?? null;
}

/** Makes the person known, with the roles their provider gives them now. Null: they are suspended here. */
export async function welcome(
  db: Database,
  identity: Identity,
  roles: readonly HeldRole[],
  origin: string,
): Promise<{ readonly id: string } | null> {
  const { issuer, subject, name, email } = identity;
  const change = {
    actor: nameOf({ id: subject, name, email }),
    origin,
    reason: 'as the identity provider tells at sign-in',
  };
  const { value } = await changeRegistry(db, change, async (transaction) => {
    const staff = await transaction.staff.upsert({
      where: { issuer_subject: { issuer, subject } },
      create: { issuer, subject, name, email },
      update: { name, email },
    });
    if (staff.state !== 'active') return null;
    const where = { staffId: staff.id, source: 'provider' };
    await transaction.staffRole.deleteMany({
      where: { ...where, role: { notIn: roles.map(({ role }) => role) } },
    });
    for (const { role, odsCodes } of roles) {
      const reach = { everyOrganisation: odsCodes === null, odsCodes: [...(odsCodes ?? [])] };
      await transaction.staffRole.upsert({
        where: { staffId_role_source: { ...where, role } },
        create: { ...where, role, ...reach },
        update: reach,
      });
    }
    return { id: staff.id };
  });
  return value;
}

/** A session of its own for each sign-in; the one this browser had before is over. */
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
