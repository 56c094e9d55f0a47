import type { InputOf } from '@gatehouse/contracts/routes';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { DELETABLE } from '../../adapters/keys/key-deletions.js';
import { AuditAccess } from '../audit/audit-access.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { type Acting, changeBy, requireNoLimit } from '../http/access/principal.js';
import { instantOf, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import { type Change, type Queries, type Transaction, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { ownerOf, WITH_OWNER } from '../keys/key-owner.js';
import { ownedWithin } from '../registry/applications.store.js';

const WITH_KEY = { signingKey: { include: WITH_OWNER } } as const;

/** The monthly lists of signing keys to delete in KMS. A worker does what is decided here. */
@Injectable()
export class KeyDeletionsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, month }: InputOf<'keyDeletionList'>['query'], reach: Reach) {
    const rows = await this.db.keyDeletion.findMany({
      where: {
        month: month ?? (await newestMonth(this.db)) ?? '',
        ...(after === undefined ? {} : { kid: { gt: after } }),
        ...(reach === 'all'
          ? {}
          : { signingKey: { applicationId: { not: null }, application: { AND: ownedWithin(reach) } } }),
      },
      include: WITH_KEY,
      orderBy: { kid: 'asc' },
      take: limit + 1,
    });
    const lastSigned = await this.lastSigned(rows);
    return pageOf(
      rows,
      limit,
      ({ kid }) => kid,
      (row) => withLastSigned(row, lastSigned),
    );
  }

  private lastSigned(rows: readonly DeletionRow[]): Promise<ReadonlyMap<string, number>> {
    return this.auditTrail.lastSignatures(
      rows.map(({ signingKey }) => signingKey.kmsKeyArn),
      this.now(),
    );
  }

  /** Deletes what nobody has struck off. It is decided again for each key before KMS is called. */
  @Guarded('keyDeletionApprove')
  async approve(
    transaction: Transaction,
    _change: Change,
    { params: { month } }: GuardedInput<'keyDeletionApprove'>,
    reach: Reach,
  ) {
    requireNoLimit(reach, 'A list of deletions');
    await refuseUnlessNewest(transaction, month);
    const listed = await transaction.keyDeletion.findMany({ where: { month, state: 'listed' } });
    const { count: keys } = await transaction.signingKey.updateMany({
      where: { ...DELETABLE, kid: { in: listed.map(({ kid }) => kid) } },
      data: { deletionList: month },
    });
    if (keys === 0) throw conflict(`No key is left on the list of ${month}.`);
    return { month, keys };
  }

  strike(acting: Acting, { params, body }: InputOf<'keyDeletionStrike'>) {
    return this.takeOff(acting, { ...params, ...body, state: 'struck' });
  }

  cancel(acting: Acting, { params, body }: InputOf<'keyDeletionCancel'>) {
    return this.takeOff(acting, { ...params, ...body, state: 'cancelled' });
  }

  /** One person may keep a key, whatever others have decided. */
  private async takeOff(
    acting: Acting,
    {
      month,
      kid,
      reason,
      state,
    }: { month: string; kid: string; reason: string; state: 'struck' | 'cancelled' },
  ) {
    const where = { month_kid: { month, kid } };
    const taken = await this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.keyDeletion.findUnique({ where, include: WITH_KEY });
      if (row === null || !reaches(acting.reach, ownerOf(row.signingKey).odsCodes))
        throw notFound(`key ${kid} on the list of ${month}`);
      if (state === 'struck') await refuseUnlessNewest(transaction, month);
      this.refuseInOtherState(row, state);
      const at = new Date(this.now());
      await transaction.keyDeletion.update({
        where,
        data: { state, reason, decidedBy: acting.actor, decidedAt: at },
      });
      if (state === 'cancelled')
        await transaction.signingKey.update({
          where: { kid, deletionList: month },
          data: { deletionList: null },
        });
      await this.auditAccess.record('KEY_DELETION', acting, { step: state, kid, list: month, reason });
      return transaction.keyDeletion.findUniqueOrThrow({ where, include: WITH_KEY });
    });
    return withLastSigned(taken, await this.lastSigned([taken]));
  }

  private refuseInOtherState(row: DeletionRow, to: 'struck' | 'cancelled'): void {
    const { kid, state, deletesAt } = deletionView(row);
    const isApproved = state === 'approved' || state === 'scheduled';
    if (to === 'struck' ? state !== 'listed' : !isApproved)
      throw conflict(
        to === 'struck' && isApproved
          ? `The deletion of key ${kid} is approved. Cancel it instead.`
          : `Key ${kid} is ${state}, so there is nothing to ${to === 'struck' ? 'strike off' : 'cancel'}.`,
      );
    if (deletesAt !== null && Date.parse(deletesAt) <= this.now())
      throw conflict(`AWS KMS has deleted key ${kid}, on ${deletesAt.slice(0, 10)}.`);
  }
}

interface DeletionRow {
  readonly month: string;
  readonly kid: string;
  readonly state: string;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly signingKey: Parameters<typeof ownerOf>[0] & {
    readonly kmsKeyArn: string;
    readonly disabledAt: Date | null;
    readonly activatedAt: Date | null;
    readonly retiredAt: Date | null;
    readonly deletionList: string | null;
    readonly deletesAt: Date | null;
    readonly deletionScheduledAt: Date | null;
  };
}

/** @param lastSigned epoch ms by the ARN of the key */
function withLastSigned(row: DeletionRow, lastSigned: ReadonlyMap<string, number>) {
  const ms = lastSigned.get(row.signingKey.kmsKeyArn);
  return { ...deletionView(row), lastSignedAt: ms === undefined ? null : new Date(ms).toISOString() };
}

function deletionView({ month, kid, state, reason, decidedBy, signingKey }: DeletionRow) {
  const { kind, id, name, odsCodes, environment } = ownerOf(signingKey);
  const { disabledAt, activatedAt, retiredAt, deletionList, deletesAt, deletionScheduledAt } = signingKey;
  const isApproved = state === 'listed' && deletionList === month;
  return {
    ...{ month, kid, owner: { kind, id, name }, organisations: [...odsCodes], environment },
    disabledAt: instantOf(disabledAt),
    signedUntil: activatedAt === null ? null : instantOf(retiredAt),
    state: isApproved
      ? deletionScheduledAt === null
        ? ('approved' as const)
        : ('scheduled' as const)
      : (state as 'listed' | 'struck' | 'dropped' | 'cancelled'),
    ...{ reason, decidedBy },
    deletesAt: isApproved ? instantOf(deletesAt) : null,
  };
}

async function newestMonth(db: Pick<Queries, 'keyDeletionList'>): Promise<string | null> {
  const newest = await db.keyDeletionList.findFirst({ orderBy: { month: 'desc' } });
  return newest?.month ?? null;
}

async function refuseUnlessNewest(db: Pick<Queries, 'keyDeletionList'>, month: string): Promise<void> {
  const newest = await newestMonth(db);
  if (newest === null) throw notFound(`a list of deletions of ${month}`);
  if (month !== newest) throw conflict(`The list of ${newest} has taken the place of this one.`);
}
