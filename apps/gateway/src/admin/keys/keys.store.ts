import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { mayBecome, type SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { Inject, Injectable } from '@nestjs/common';
import { addKey, ownerColumn, setKeyState } from '../../adapters/keys/key-rows.js';
import type { CreatedSigningKey } from '../../adapters/kms/key-service.js';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { requireReach } from '../http/access/principal.js';
import { countedTotal, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, PUBLIC_URL } from '../injected.js';
import { applicationWhere, ownedWithin } from '../registry/applications.store.js';
import { cis2ClientWhere } from '../registry/cis2-clients.store.js';
import { type KeyOwner, ownerOf, WITH_OWNER } from './key-owner.js';
import { allowedFromMs, type KeyRow, keyView } from './keys.view.js';

/** Signing keys of applications and CIS2 clients: their public halves and their states. The private halves never leave KMS. */
@Injectable()
export class KeysStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  async list(query: InputOf<'keyList'>['query'], reach: Reach) {
    const { limit, after, ...filter } = query;
    const rows = await this.db.signingKey.findMany({
      where: { ...keysWhere(filter, reach), ...(after === undefined ? {} : { kid: { gt: after } }) },
      include: WITH_OWNER,
      orderBy: { kid: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ kid }) => kid,
      (row) => keyView(row, this.publicUrl),
    );
  }

  async total(filter: InputOf<'keyTotal'>['query'], reach: Reach) {
    const where = keysWhere(filter, reach);
    return countedTotal((take) => this.db.signingKey.count({ where, take }));
  }

  /**
   * Adds a key that KMS has just created. The first key of a JWKS URL that never had one is ACTIVE at once: no copy of
   * the URL without it can be cached.
   */
  async add(transaction: Transaction, owner: KeyOwner, created: CreatedSigningKey) {
    await refuseUnfinishedKey(transaction, owner);
    const at = new Date(this.now());
    const kid = await addKey(transaction, owner, created, at);
    const row = await requireKey(transaction, kid);
    const isFirst = ownerOf(row).signingKeys.every(({ publishedAt }) => publishedAt === null);
    if (isFirst) {
      await setKeyState(transaction, row, 'PUBLISHED', at);
      await setKeyState(transaction, { kid, state: 'PUBLISHED' }, 'ACTIVE', at);
    }
    return keyView(await requireKey(transaction, kid), this.publicUrl);
  }

  publish(transaction: Transaction, kid: string, reach: Reach) {
    return this.move(transaction, kid, 'PUBLISHED', reach);
  }

  @Guarded('keyActivate')
  activate(transaction: Transaction, _: Change, { params }: GuardedInput<'keyActivate'>, reach: Reach) {
    return this.move(transaction, params.kid, 'ACTIVE', reach);
  }

  @Guarded('keyRetire')
  retire(transaction: Transaction, _: Change, { params }: GuardedInput<'keyRetire'>, reach: Reach) {
    return this.move(transaction, params.kid, 'RETIRING', reach);
  }

  @Guarded('keyRemove')
  remove(transaction: Transaction, _: Change, { params }: GuardedInput<'keyRemove'>, reach: Reach) {
    return this.move(transaction, params.kid, 'REMOVED', reach);
  }

  /**
   * Takes a key one step on, if the times of a JWKS cache allow it. NHS CIS2 is given as much time as APIM.
   * @throws AdminProblem conflict, naming the time from which the step is allowed
   */
  private async move(transaction: Transaction, kid: string, to: SigningKeyState, reach: Reach) {
    const row = await requireKey(transaction, kid);
    const owner = ownerOf(row);
    requireReach(reach, owner.odsCodes, `signing key ${kid}`);
    if (row.state === to) return keyView(row, this.publicUrl);
    const nowMs = this.now();
    refuseTooEarly(row, owner, to, nowMs);
    const at = new Date(nowMs);
    if (to === 'ACTIVE') {
      const former = owner.signingKeys.find(({ state }) => state === 'ACTIVE');
      if (former !== undefined) await setKeyState(transaction, former, 'RETIRING', at);
    }
    await setKeyState(transaction, row, to, at);
    return keyView(await requireKey(transaction, kid), this.publicUrl);
  }
}

function keysWhere({ state, owner, ...choice }: InputOf<'keyTotal'>['query'], reach: Reach) {
  // With the column beside the relation: without further conditions Prisma takes the relation for no condition at all.
  const ofApplication = {
    applicationId: { not: null },
    application: { ...applicationWhere(choice), AND: ownedWithin(reach) },
  };
  const cis2Client = cis2ClientWhere(choice, reach);
  const ofCis2Client = cis2Client === null ? [] : [{ cis2ClientId: { not: null }, cis2Client }];
  const owners = { application: [ofApplication], 'cis2-client': ofCis2Client };
  return {
    ...(state === undefined ? {} : { state }),
    OR: owner === undefined ? Object.values(owners).flat() : owners[owner],
  };
}

/** To be called before KMS creates a key, too: so that nobody in a hurry leaves unused keys behind. */
export async function refuseUnfinishedKey(db: Queries, owner: KeyOwner): Promise<void> {
  const unfinished = await db.signingKey.findFirst({
    where: { ...ownerColumn(owner), state: { in: ['PENDING', 'PUBLISHED'] } },
  });
  if (unfinished !== null) {
    throw conflict(
      `Key ${unfinished.kid} is ${unfinished.state}. Activate or remove it before you create another.`,
    );
  }
}

/** Who reads the JWKS URL of an owner's keys. */
const READERS = { application: 'API Management', 'cis2-client': 'NHS CIS2' } as const;

function refuseTooEarly(row: KeyRow, owner: KeyOwner, to: SigningKeyState, nowMs: number): void {
  const { kid } = row;
  const from = row.state as SigningKeyState;
  if (!mayBecome(from, to)) throw conflict(`Key ${kid} is ${from} and cannot become ${to}.`);
  const fromMs = allowedFromMs(row, owner, to);
  if (fromMs === null || nowMs >= fromMs) return;
  const at = new Date(fromMs).toISOString();
  throw conflict(
    to === 'ACTIVE'
      ? `${READERS[owner.kind]} may still have a copy of the JWKS without key ${kid} until ${at}. Activate it then.`
      : `Key ${kid} must stay published until ${at}, so that what it signed is accepted and a rollback is possible.`,
  );
}

async function requireKey(transaction: Transaction, kid: string) {
  const row = await transaction.signingKey.findUnique({ where: { kid }, include: WITH_OWNER });
  if (row === null) throw notFound(`signing key ${kid}`);
  return row;
}
