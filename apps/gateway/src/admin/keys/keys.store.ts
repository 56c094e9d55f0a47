import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { Database } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import {
  activatableAtMs,
  mayBecome,
  RETIREMENT_S,
  type SigningKeyState,
} from '@gatehouse/domain/registry/signing-key';
import type { CreatedSigningKey } from '../../adapters/kms/key-service.js';
import { applicationWhere, jwksUrlOf, keyOfRows, ownedWithin } from '../registry/applications.store.js';
import { instantOf, type Paging, pageOf } from '../http/paging.js';
import { within } from '../http/principal.js';
import { conflict, notFound } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';

const WITH_APPLICATION = { application: { include: { bindings: true, signingKeys: true } } } as const;

type Row = NonNullable<Awaited<ReturnType<typeof find>>>;
function find(db: Database | Transaction, kid: string) {
  return db.signingKey.findUnique({ where: { kid }, include: WITH_APPLICATION });
}

/** Told before a KMS key is made, so that impatience doesn't leave unused ones behind. */
export async function refuseUnfinishedKey(db: Database | Transaction, applicationId: string): Promise<void> {
  const waiting = await db.signingKey.findFirst({
    where: { applicationId, state: { in: ['PENDING', 'PUBLISHED'] } },
  });
  if (waiting !== null) {
    throw conflict(
      `Key ${waiting.kid} is ${waiting.state}: bring it to ACTIVE, or remove it, before making another.`,
    );
  }
}

/**
 * Stores a key just made. The first key of a JWKS URL that never held one is ACTIVE at once: no copy of the URL
 * without it can be cached.
 */
export async function storeKey(
  db: Database,
  change: Change,
  application: { readonly id: string; readonly environmentName: string },
  created: CreatedSigningKey,
  nowMs: number,
  publicUrl: string,
) {
  const at = new Date(nowMs);
  const day = at.toISOString().slice(0, 10).replaceAll('-', '');
  const kid = `${application.environmentName}-${day}-${created.thumbprint.slice(0, 12)}`;
  return changing(db, change, async (transaction) => {
    await refuseUnfinishedKey(transaction, application.id);
    await transaction.signingKey.create({
      data: {
        applicationId: application.id,
        kid,
        kmsKeyArn: created.arn,
        publicJwk: { kty: created.publicJwk.kty, n: created.publicJwk.n, e: created.publicJwk.e },
        thumbprint: created.thumbprint,
        state: 'PENDING',
        createdAt: at,
      },
    });
    const row = await theKey(transaction, kid);
    const first = row.application.signingKeys.every(({ publishedAt }) => publishedAt === null);
    if (first) {
      await setState(transaction, row, 'PUBLISHED', at);
      await setState(transaction, await theKey(transaction, kid), 'ACTIVE', at);
    }
    return viewOf(await theKey(transaction, kid), publicUrl);
  });
}

/**
 * Takes a key one step on, if the times of APIM's JWKS cache allow it.
 * @throws AdminProblem conflict, naming the time from which it will be allowed
 */
export async function moveKey(
  db: Database,
  change: Change,
  { kid, to, reach }: { readonly kid: string; readonly to: SigningKeyState; readonly reach: Reach },
  nowMs: number,
  publicUrl: string,
) {
  return changing(db, change, async (transaction) => {
    const row = await theKey(transaction, kid);
    within(
      reach,
      row.application.bindings.map(({ odsCode }) => odsCode),
      `signing key ${kid}`,
    );
    const from = row.state as SigningKeyState;
    if (from === to) return viewOf(row, publicUrl);
    if (!mayBecome(from, to)) throw conflict(`Key ${kid} is ${from}; from there it can't become ${to}.`);
    const allowedAtMs = waitsUntilMs(row, to);
    if (allowedAtMs !== null && nowMs < allowedAtMs) {
      const at = new Date(allowedAtMs).toISOString();
      throw conflict(
        to === 'ACTIVE'
          ? `API Management may hold a copy of the JWKS without key ${kid} until ${at}: activate it then.`
          : `Key ${kid} must stay published until ${at}, so that what it signed is accepted and a change back is possible.`,
      );
    }
    const at = new Date(nowMs);
    if (to === 'ACTIVE') {
      const former = row.application.signingKeys.find(({ state }) => state === 'ACTIVE');
      if (former !== undefined) await setState(transaction, former, 'RETIRING', at);
    }
    await setState(transaction, row, to, at);
    return viewOf(await theKey(transaction, kid), publicUrl);
  });
}

export async function listKeys(
  db: Database,
  filter: Paging & ApplicationChoice & { readonly state?: string | undefined },
  publicUrl: string,
  reach: Reach,
) {
  const { limit, after, state, ...choice } = filter;
  const rows = await db.signingKey.findMany({
    where: {
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { kid: { gt: after } }),
      application: { ...applicationWhere(choice), AND: ownedWithin(reach) },
    },
    include: WITH_APPLICATION,
    orderBy: { kid: 'asc' },
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    ({ kid }) => kid,
    (row) => viewOf(row, publicUrl),
  );
}

async function theKey(transaction: Transaction, kid: string): Promise<Row> {
  const row = await find(transaction, kid);
  if (row === null) throw notFound(`signing key ${kid}`);
  return row;
}

async function setState(
  transaction: Transaction,
  { kid, state: from }: { kid: string; state: string },
  state: SigningKeyState,
  at: Date,
) {
  const times: Record<SigningKeyState, object> = {
    PENDING: {},
    PUBLISHED: { publishedAt: at },
    ACTIVE: { activatedAt: at, retiredAt: null },
    RETIRING: { retiredAt: at },
    REMOVED: { removedAt: at },
  };
  await transaction.signingKey.update({ where: { kid, state: from }, data: { state, ...times[state] } });
}

/** The moment before which a step is refused; null if it needs no wait. */
function waitsUntilMs(row: Row, to: SigningKeyState): number | null {
  const { publishedAt, retiredAt } = row;
  if (to === 'ACTIVE' && publishedAt !== null) {
    const earlier = row.application.signingKeys.some(
      (other) => other.kid !== row.kid && other.publishedAt !== null && other.publishedAt <= publishedAt,
    );
    return activatableAtMs(publishedAt.getTime(), earlier);
  }
  if (to === 'REMOVED' && row.state === 'RETIRING' && retiredAt !== null) {
    return retiredAt.getTime() + RETIREMENT_S * 1000;
  }
  return null;
}

function viewOf(row: Row, publicUrl: string) {
  const next: Partial<Record<string, SigningKeyState>> = { PUBLISHED: 'ACTIVE', RETIRING: 'REMOVED' };
  const to = next[row.state];
  const waits = to === undefined ? null : waitsUntilMs(row, to);
  return {
    kid: row.kid,
    applicationId: row.applicationId,
    application: keyOfRows(row.application),
    state: row.state as SigningKeyState,
    kmsKeyArn: row.kmsKeyArn,
    thumbprint: row.thumbprint,
    jwksUrl: jwksUrlOf(publicUrl, row.application),
    publishedAt: instantOf(row.publishedAt),
    activatedAt: instantOf(row.activatedAt),
    nextStepAt: waits === null ? null : new Date(waits).toISOString(),
  };
}
