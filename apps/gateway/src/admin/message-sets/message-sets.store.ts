import type { Database } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { ownedWithin } from '../registry/applications.store.js';
import { type Paging, pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import { nameOf } from '../registry/lists.store.js';

const SHOWN_APPLICATIONS = 20;

/** By name. Message sets belong to no organisation; the applications told are those within reach. */
export async function listMessageSets(db: Database, { limit, after }: Paging, reach: Reach) {
  const rows = await find(db, after === undefined ? {} : { name: { gt: after } }, reach, limit + 1);
  return pageOf(rows, limit, ({ name }) => name, viewOf);
}

/** @throws AdminProblem not-found */
export async function showMessageSet(db: Database, name: string, reach: Reach) {
  const [row] = await find(db, { name }, reach, 1);
  if (row === undefined) throw notFound(`message set ${name}`);
  return viewOf(row);
}

function find(db: Database, where: object, reach: Reach, take: number) {
  const application = { state: { not: 'retired' }, ...ownedWithin(reach) };
  return db.messageSet.findMany({
    where,
    include: {
      _count: { select: { applications: { where: { application } } } },
      applications: {
        where: { application },
        include: {
          application: {
            include: { bindings: { include: { organisation: true }, orderBy: { odsCode: 'asc' } } },
          },
        },
        orderBy: { applicationId: 'asc' },
        take: SHOWN_APPLICATIONS,
      },
    },
    orderBy: { name: 'asc' },
    take,
  });
}

function viewOf({ name, interactions, _count, applications }: Awaited<ReturnType<typeof find>>[number]) {
  return {
    name,
    interactions: interactions.toSorted(),
    applicationCount: _count.applications,
    applications: applications.map(({ application }) => ({
      id: application.id,
      name: nameOf(application),
      state: application.state,
    })),
  };
}
