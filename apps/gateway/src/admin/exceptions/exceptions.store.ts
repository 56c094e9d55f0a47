import type { Database } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/permissions';
import { keyOfRows, ownedWithin, theApplication } from '../applications.store.js';
import { instantOf, type Paging, pageOf } from '../paging.js';
import { within } from '../principal.js';
import { conflict, notFound } from '../problem.js';
import { type Change, changing } from '../transaction.store.js';

const WITH_APPLICATION = { application: { include: { bindings: true } } } as const;

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
    return viewOf(row, nowMs);
  });
}

export async function revokeException(db: Database, change: Change, id: string, nowMs: number, reach: Reach) {
  return changing(db, change, async (transaction) => {
    const found = await transaction.writeException.findUnique({ where: { id }, include: WITH_APPLICATION });
    if (found === null) throw notFound(`write exception ${id}`);
    within(
      reach,
      found.application.bindings.map(({ odsCode }) => odsCode),
      `write exception ${id}`,
    );
    if (found.revokedAt !== null) return viewOf(found, nowMs);
    const data = { revokedAt: new Date(nowMs), revokedBy: change.actor };
    return viewOf(
      await transaction.writeException.update({ where: { id }, data, include: WITH_APPLICATION }),
      nowMs,
    );
  });
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
    (row) => viewOf(row, nowMs),
  );
}

function viewOf(row: Row, nowMs: number) {
  const state =
    row.revokedAt !== null ? 'revoked' : row.expiresAt.getTime() <= nowMs ? 'expired' : 'in force';
  return {
    id: row.id,
    applicationId: row.applicationId,
    environment: row.application.environmentName,
    organisations: row.application.bindings.map(({ odsCode }) => odsCode),
    product: row.application.productName,
    capability: row.application.capability,
    interaction: row.interaction,
    useCaseReference: row.useCaseReference,
    state: state,
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: instantOf(row.revokedAt),
  };
}
