import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';
import { ownedWithin } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';

const APPLICATIONS_SHOWN = 20;

/** Message sets. They belong to no organisation; of the applications that use them, those within reach are shown. */
@Injectable()
export class MessageSetsStore {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  /** By name. */
  async list({ limit, after }: InputOf<'messageSetList'>['query'], reach: Reach) {
    const where = after === undefined ? {} : { name: { gt: after } };
    return pageOf(await findMessageSets(this.db, where, reach, limit + 1), limit, ({ name }) => name, viewOf);
  }

  /** @throws AdminProblem not-found */
  async show(name: string, reach: Reach) {
    const [row] = await findMessageSets(this.db, { name }, reach, 1);
    if (row === undefined) throw notFound(`message set ${name}`);
    return viewOf(row);
  }
}

type MessageSetRow = Awaited<ReturnType<typeof findMessageSets>>[number];

function findMessageSets(db: Queries, where: object, reach: Reach, take: number) {
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
        take: APPLICATIONS_SHOWN,
      },
    },
    orderBy: { name: 'asc' },
    take,
  });
}

function viewOf({ name, interactions, _count, applications }: MessageSetRow) {
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
