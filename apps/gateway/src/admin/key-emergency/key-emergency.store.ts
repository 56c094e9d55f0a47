import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { type Acting, requireReach } from '../http/access/principal.js';
import { idsWithin } from '../http/access/ids-within.store.js';
import { instantCursor, olderThan, pageOf } from '../http/paging.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, PUBLIC_URL } from '../injected.js';
import { ownerOf, WITH_OWNER } from '../keys/key-owner.js';
import { emergencyView, WITH_KEY } from './key-emergency.view.js';

/** Keys that one person disabled at once, and the reviews of it. */
@Injectable()
export class KeyEmergencyStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /**
   * @throws AdminProblem not-found, also for what is out of reach; conflict if it is disabled already, and not in an
   *   emergency
   */
  async requireUsable(kid: string, reach: Reach) {
    const row = await this.db.signingKey.findUnique({
      where: { kid },
      include: { ...WITH_OWNER, emergency: { select: { id: true } } },
    });
    if (row === null) throw notFound(`signing key ${kid}`);
    requireReach(reach, ownerOf(row).odsCodes, `signing key ${kid}`);
    if (row.disabledAt !== null && row.emergency === null)
      throw conflict(`Key ${kid} is disabled already, since ${row.disabledAt.toISOString()}.`);
    return row;
  }

  /** Newest first. */
  async list(query: InputOf<'keyEmergencyList'>['query'], reach: Reach) {
    const { limit, after, only } = query;
    const rows = await this.db.keyEmergency.findMany({
      where: {
        ...(only === undefined ? {} : { reviewedAt: null }),
        ...(reach === 'all' ? {} : { id: { in: await idsWithin(this.db, 'key_emergency', reach) } }),
        ...(after === undefined ? {} : olderThan('disabledAt', after)),
      },
      include: WITH_KEY,
      orderBy: [{ disabledAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ disabledAt, id }) => instantCursor(disabledAt, id),
      (row) => emergencyView(row, this.publicUrl),
    );
  }

  async show(id: string, reach: Reach) {
    const row = await this.db.keyEmergency.findUnique({ where: { id }, include: WITH_KEY });
    if (row === null) throw notFound(`emergency ${id}`);
    requireReach(reach, row.odsCodes, `emergency ${id}`);
    return emergencyView(row, this.publicUrl);
  }

  /** By a person, and not by the one who disabled the key. */
  async review(transaction: Transaction, acting: Acting, id: string, reviewNote: string) {
    const row = await transaction.keyEmergency.findUnique({ where: { id } });
    if (row === null) throw notFound(`emergency ${id}`);
    requireReach(acting.reach, row.odsCodes, `emergency ${id}`);
    if (acting.staffId === null || acting.staffId === row.disabledByStaff)
      throw new AdminProblem('same-person', 'You disabled this key. A colleague must review it.');
    const review = { reviewedBy: acting.actor, reviewedByStaff: acting.staffId, reviewNote };
    const { count } = await transaction.keyEmergency.updateMany({
      where: { id, reviewedAt: null },
      data: { ...review, reviewedAt: new Date(this.now()) },
    });
    if (count === 0) throw conflict('This has already been reviewed.');
    const written = await transaction.keyEmergency.findUniqueOrThrow({ where: { id }, include: WITH_KEY });
    return emergencyView(written, this.publicUrl);
  }
}
