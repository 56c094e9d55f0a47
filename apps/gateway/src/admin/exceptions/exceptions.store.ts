import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { requireReach } from '../http/access/principal.js';
import { countedTotal, instantOf, pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { ownedWithin } from '../registry/applications.store.js';

export const WITH_APPLICATION = {
  application: { include: { bindings: true } },
  cosigner: true,
  links: { where: { endedAt: null } },
} as const;

/** Write exceptions of application-restricted applications. */
@Injectable()
export class ExceptionsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, ...filter }: InputOf<'exceptionList'>['query'], reach: Reach) {
    const nowMs = this.now();
    const rows = await this.db.writeException.findMany({
      where: {
        ...exceptionsWhere(filter, reach),
        ...(after === undefined ? {} : { id: { gt: after } }),
      },
      include: WITH_APPLICATION,
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ id }) => id,
      (row) => exceptionView(row, nowMs),
    );
  }

  async total(filter: InputOf<'exceptionTotal'>['query'], reach: Reach) {
    const where = exceptionsWhere(filter, reach);
    return countedTotal((take) => this.db.writeException.count({ where, take }));
  }

  /** Revoking twice changes nothing the second time. */
  async revoke(transaction: Transaction, change: Change, id: string, reach: Reach) {
    const nowMs = this.now();
    const row = await theException(transaction, id, reach);
    if (row.revokedAt !== null) return exceptionView(row, nowMs);
    const data = { revokedAt: new Date(nowMs), revokedBy: change.actor };
    return exceptionView(
      await transaction.writeException.update({ where: { id }, data, include: WITH_APPLICATION }),
      nowMs,
    );
  }
}

const exceptionsWhere = ({ organisation }: InputOf<'exceptionTotal'>['query'], reach: Reach) => ({
  application: {
    ...(organisation === undefined ? {} : { bindings: { some: { odsCode: organisation } } }),
    AND: ownedWithin(reach),
  },
});

/** @throws AdminProblem not-found, also for what is out of reach */
export async function theException(transaction: Transaction, id: string, reach: Reach) {
  const row = await transaction.writeException.findUnique({ where: { id }, include: WITH_APPLICATION });
  if (row === null) throw notFound(`write exception ${id}`);
  const odsCodes = row.application.bindings.map(({ odsCode }) => odsCode);
  requireReach(reach, odsCodes, `write exception ${id}`);
  return row;
}

type ExceptionRow = Awaited<ReturnType<typeof theException>>;

export function exceptionView(row: ExceptionRow, nowMs: number) {
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

function stateOf(row: ExceptionRow, nowMs: number): 'to be co-signed' | 'in force' | 'expired' | 'revoked' {
  if (row.revokedAt !== null) return 'revoked';
  if (row.expiresAt.getTime() <= nowMs) return 'expired';
  return row.cosignedAt === null ? 'to be co-signed' : 'in force';
}
