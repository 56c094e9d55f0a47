import type { Database } from '@gatehouse/db/client';
import { notFound } from '../http/problem.js';
import { type Change, changing } from '../http/transaction.store.js';

export async function setFloor(db: Database, change: Change, odsCode: string | null, level: number) {
  return changing(db, change, async (transaction) => {
    if (odsCode !== null && (await transaction.organisation.findUnique({ where: { odsCode } })) === null) {
      throw notFound(`organisation ${odsCode}`);
    }
    const found = await transaction.assuranceFloor.findFirst({ where: { odsCode } });
    if (found === null) await transaction.assuranceFloor.create({ data: { odsCode, level } });
    else if (found.level !== level)
      await transaction.assuranceFloor.update({ where: { id: found.id }, data: { level } });
    return { organisation: odsCode, minimumLevel: level };
  });
}

/** The floor of all organisations first. */
export async function listFloors(db: Database) {
  const rows = await db.assuranceFloor.findMany({ orderBy: { odsCode: { sort: 'asc', nulls: 'first' } } });
  return { items: rows.map(({ odsCode, level }) => ({ organisation: odsCode, minimumLevel: level })) };
}
