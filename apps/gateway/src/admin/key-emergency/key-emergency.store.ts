import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { standbyFor } from '@gatehouse/domain/rotation/key-emergency';
import type { SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { Inject, Injectable } from '@nestjs/common';
import { setKeyState } from '../../adapters/keys/key-rows.js';
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

  /** @throws AdminProblem not-found, also for what is out of reach; conflict if it is disabled already */
  async requireUsable(kid: string, reach: Reach, db: Queries = this.db) {
    const row = await db.signingKey.findUnique({ where: { kid }, include: WITH_OWNER });
    if (row === null) throw notFound(`signing key ${kid}`);
    requireReach(reach, ownerOf(row).odsCodes, `signing key ${kid}`);
    if (row.disabledAt !== null) throw conflict(`Key ${kid} is disabled already.`);
    return row;
  }

  /** Every replica learns of it within a second. If the key was ACTIVE, its standby takes over. */
  async record(
    transaction: Transaction,
    acting: Acting,
    { kid, reason, kmsDisabledAt }: { kid: string; reason: string; kmsDisabledAt: Date | null },
  ) {
    const row = await this.requireUsable(kid, acting.reach, transaction);
    const owner = ownerOf(row);
    const nowMs = this.now();
    const at = new Date(nowMs);
    // It is never published again, so its retirement is not waited for.
    if (row.state === 'ACTIVE') await setKeyState(transaction, row, 'RETIRING', at);
    if (row.state !== 'REMOVED')
      await setKeyState(
        transaction,
        { kid, state: row.state === 'ACTIVE' ? 'RETIRING' : row.state },
        'REMOVED',
        at,
      );
    if (kmsDisabledAt !== null)
      await transaction.signingKey.update({ where: { kid }, data: { disabledAt: kmsDisabledAt } });
    const standbyKid = row.state === 'ACTIVE' ? await activateStandby(transaction, row, nowMs) : null;
    const data = {
      ...{ kid, reason, standbyKid, kmsDisabledAt, odsCodes: [...owner.odsCodes] },
      ...{ disabledBy: acting.actor, disabledByStaff: acting.staffId, disabledAt: at },
    };
    // Somebody tries again, because KMS was away.
    const written = await transaction.keyEmergency.upsert({
      where: { kid },
      create: { id: randomUUID(), ...data },
      update: { kmsDisabledAt },
      include: WITH_KEY,
    });
    return emergencyView(written, this.publicUrl);
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

type KeyOfOwner = Awaited<ReturnType<KeyEmergencyStore['requireUsable']>>;

/** @returns the kid of the key that signs from now on; null: none can yet */
async function activateStandby(
  transaction: Transaction,
  row: KeyOfOwner,
  nowMs: number,
): Promise<string | null> {
  const { applicationId, cis2ClientId, kid } = row;
  const rows = await transaction.signingKey.findMany({ where: { applicationId, cis2ClientId } });
  const keys = rows.map((key) => ({
    ...{ kid: key.kid, state: key.state as SigningKeyState, createdAtMs: key.createdAt.getTime() },
    ...{ publishedAtMs: msOf(key.publishedAt), confirmedAtMs: msOf(key.confirmedAt) },
    ...{ provenAtMs: msOf(key.provenAt), activatedAtMs: msOf(key.activatedAt) },
    ...{ retiredAtMs: msOf(key.retiredAt), removedAtMs: msOf(key.removedAt) },
    disabledAtMs: msOf(key.disabledAt),
  }));
  const standby = standbyFor(keys, kid, nowMs);
  if (standby === null) return null;
  await setKeyState(transaction, standby, 'ACTIVE', new Date(nowMs));
  return standby.kid;
}

const msOf = (time: Date | null): number | null => time?.getTime() ?? null;
