import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import { CHANGE_LIFE_MS } from '@gatehouse/domain/governance/change-decision';
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import type { SecondPerson } from '@gatehouse/domain/governance/four-eyes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import type { SecretBox } from '../../adapters/kms/secret-box.js';
import { type Acting, requireReach } from '../http/access/principal.js';
import { AwaitingApproval } from '../http/awaiting-approval.js';
import { pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { CHANGE_BOX, CLOCK, type Clock, DATABASE } from '../injected.js';
import { viewOf } from './changes.view.js';

export interface ChangeRequest {
  /** By default a new one. */
  readonly id?: string;
  readonly action: string;
  /** Params and body of the call. */
  readonly input: { readonly body: { readonly reason?: string | undefined } };
  readonly needed: readonly SecondPerson[];
  readonly odsCodes: readonly string[];
  readonly diff: readonly DiffRow[];
  readonly diffHash: string;
}

/** Changes that wait for a second person, and those that were decided. */
@Injectable()
export class PendingChanges {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(CHANGE_BOX) private readonly box: SecretBox,
  ) {}

  /** Newest first. */
  async list({ limit, after, state }: InputOf<'changeList'>['query'], reach: Reach) {
    const nowMs = this.now();
    const rows = await this.db.pendingChange.findMany({
      where: {
        ...(state === undefined ? {} : stateWhere(state, new Date(nowMs))),
        AND: [
          ...(reach === 'all' ? [] : [{ id: { in: await this.idsWithin(reach) } }]),
          ...(after === undefined ? [] : [olderThan(after)]),
        ],
      },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ requestedAt, id }) => `${requestedAt.toISOString()}|${id}`,
      (row) => viewOf(row, nowMs),
    );
  }

  async show(id: string, reach: Reach) {
    const row = await this.db.pendingChange.findUnique({ where: { id } });
    if (row === null) throw notFound(`change ${id}`);
    requireReach(reach, row.odsCodes, `change ${id}`);
    return viewOf(row, this.now());
  }

  /** Keeps a request until a second person decides. @returns what to throw, which answers 202 */
  async keep(acting: Acting, request: ChangeRequest): Promise<AwaitingApproval> {
    const { id = randomUUID(), action, input, needed } = request;
    const nowMs = this.now();
    const payloadSealed = new Uint8Array(await this.box.seal(JSON.stringify(input), id));
    const row = await this.db.pendingChange.create({
      data: {
        id,
        action,
        rules: needed.map(({ rule }) => rule),
        deciders: needed.map(({ roles }) => [...roles]),
        odsCodes: [...request.odsCodes],
        payloadSealed,
        diff: JSON.parse(JSON.stringify(request.diff)) as object,
        diffHash: request.diffHash,
        reason: input.body.reason ?? null,
        requestedBy: acting.actor,
        requestedByStaff: acting.staffId,
        requestedByToken: acting.tokenId,
        requestedFrom: acting.origin,
        requestedAt: new Date(nowMs),
        expiresAt: new Date(nowMs + CHANGE_LIFE_MS),
      },
    });
    return new AwaitingApproval(viewOf(row, nowMs));
  }

  /** The input that `keep` has sealed. */
  async inputOf(row: { readonly id: string; readonly payloadSealed: Uint8Array }): Promise<unknown> {
    return JSON.parse(await this.box.open(row.payloadSealed, row.id));
  }

  /** Of organisations within reach and no other. */
  private async idsWithin(reach: ReadonlySet<string>): Promise<string[]> {
    const rows = await this.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM pending_change WHERE cardinality(ods_codes) > 0 AND ods_codes <@ ${[...reach]}::text[]`;
    return rows.map(({ id }) => id);
  }
}

function olderThan(after: string) {
  const [requestedAt = '', id = ''] = after.split('|', 2);
  return {
    OR: [
      { requestedAt: { lt: new Date(requestedAt) } },
      { requestedAt: new Date(requestedAt), id: { lt: id } },
    ],
  };
}

function stateWhere(state: string, now: Date) {
  if (state === 'expired') return { state: 'pending', expiresAt: { lte: now } };
  return state === 'pending' ? { state, expiresAt: { gt: now } } : { state };
}
