import type { Database } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { keyOfRows, ownedWithin, theApplication } from '../registry/applications.store.js';
import { instantOf, type Paging, pageOf } from '../http/paging.js';
import { within } from '../http/principal.js';
import { conflict, notFound } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';

const WITH_APPLICATION = {
  application: { include: { bindings: true } },
  cosigner: true,
  links: { where: { endedAt: null } },
} as const;

type Row = Awaited<ReturnType<typeof find>>[number];
function find(db: Database, where: object, take: number) {
  return db.writeException.findMany({ where, include: WITH_APPLICATION, orderBy: { id: 'asc' }, take });
}

export interface NewException {
  readonly environment: string;
  readonly organisation: string;
  readonly product: string;
  readonly capability: 'referrer' | 'provider';
  readonly interaction: string;
  readonly useCaseReference: string;
  readonly expiresAtMs: number;
}

/** Opens one write to one application-restricted application until it expires. */
export async function grantException(
  db: Database,
  change: Change,
  of: NewException,
  nowMs: number,
  reach: Reach,
) {
  return changing(db, change, async (transaction) => {
    const { environment, organisation, product, capability } = of;
    const accessMode = 'application-restricted';
    const choice = { environment, organisation, product, capability, accessMode } as const;
    const application = await theApplication(transaction, choice, reach);
    const standing = await transaction.writeException.findFirst({
      where: {
        applicationId: application.id,
        interaction: of.interaction,
        revokedAt: null,
        expiresAt: { gt: new Date(nowMs) },
      },
    });
    if (standing !== null) {
      throw conflict(
        `${keyOfRows(application)} has an exception for ${of.interaction} in force: revoke it first.`,
      );
    }
    const row = await transaction.writeException.create({
      data: {
        applicationId: application.id,
        interaction: of.interaction,
        useCaseReference: of.useCaseReference,
        expiresAt: new Date(of.expiresAtMs),
        grantedAt: new Date(nowMs),
        grantedBy: change.actor,
      },
      include: WITH_APPLICATION,
    });
    return exceptionView(row, nowMs);
  });
}

export async function revokeException(db: Database, change: Change, id: string, nowMs: number, reach: Reach) {
  return changing(db, change, async (transaction) => {
    const found = await theException(transaction, id, reach);
    if (found.revokedAt !== null) return exceptionView(found, nowMs);
    const data = { revokedAt: new Date(nowMs), revokedBy: change.actor };
    return exceptionView(
      await transaction.writeException.update({ where: { id }, data, include: WITH_APPLICATION }),
      nowMs,
    );
  });
}

/** @throws AdminProblem not-found, also for what is out of reach */
export async function theException(transaction: Transaction, id: string, reach: Reach) {
  const found = await transaction.writeException.findUnique({ where: { id }, include: WITH_APPLICATION });
  if (found === null) throw notFound(`write exception ${id}`);
  const odsCodes = found.application.bindings.map(({ odsCode }) => odsCode);
  within(reach, odsCodes, `write exception ${id}`);
  return found;
}

export async function listExceptions(
  db: Database,
  { limit, after, organisation }: Paging & { readonly organisation?: string | undefined },
  nowMs: number,
  reach: Reach,
) {
  const where = {
    application: {
      ...(organisation === undefined ? {} : { bindings: { some: { odsCode: organisation } } }),
      AND: ownedWithin(reach),
    },
    ...(after === undefined ? {} : { id: { gt: after } }),
  };
  const rows = await find(db, where, limit + 1);
  return pageOf(
    rows,
    limit,
    ({ id }) => id,
    (row) => exceptionView(row, nowMs),
  );
}

export function exceptionView(row: Row, nowMs: number) {
  const state = stateOf(row, nowMs);
  const [link] = row.links.filter(({ expiresAt }) => expiresAt.getTime() > nowMs);
  return {
    id: row.id,
    applicationId: row.applicationId,
    environment: row.application.environmentName,
    organisations: row.application.bindings.map(({ odsCode }) => odsCode),
    product: row.application.productName,
    capability: row.application.capability,
    interaction: row.interaction,
    useCaseReference: row.useCaseReference,
    state,
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: instantOf(row.revokedAt),
    cosignedAt: instantOf(row.cosignedAt),
    cosignedBy: row.cosigner?.name ?? null,
    linkExpiresAt: state !== 'to be co-signed' || link === undefined ? null : link.expiresAt.toISOString(),
  };
}

function stateOf(row: Row, nowMs: number): 'to be co-signed' | 'in force' | 'expired' | 'revoked' {
  if (row.revokedAt !== null) return 'revoked';
  if (row.expiresAt.getTime() <= nowMs) return 'expired';
  return row.cosignedAt === null ? 'to be co-signed' : 'in force';
}
