import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

/** The lowest authentication assurance level accepted: for all organisations, and for some of them. */
@Injectable()
export class AssuranceStore {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  /** The floor of all organisations first. */
  async list() {
    const rows = await this.db.assuranceFloor.findMany({
      orderBy: { odsCode: { sort: 'asc', nulls: 'first' } },
    });
    return { items: rows.map(({ odsCode, level }) => ({ organisation: odsCode, minimumLevel: level })) };
  }

  @Guarded('assuranceSet')
  async set(transaction: Transaction, _change: Change, { body }: GuardedInput<'assuranceSet'>) {
    const odsCode = body.organisation ?? null;
    const level = body.minimumLevel;
    if (odsCode !== null && (await transaction.organisation.findUnique({ where: { odsCode } })) === null) {
      throw notFound(`organisation ${odsCode}`);
    }
    const floor = await transaction.assuranceFloor.findFirst({ where: { odsCode } });
    if (floor === null) await transaction.assuranceFloor.create({ data: { odsCode, level } });
    else if (floor.level !== level)
      await transaction.assuranceFloor.update({ where: { id: floor.id }, data: { level } });
    return { organisation: odsCode, minimumLevel: level };
  }
}
