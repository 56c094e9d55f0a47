import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import { explainDatabaseError } from '@gatehouse/db/database-error';
import { CHANGE_LIFE_MS } from '@gatehouse/domain/governance/change-decision';
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import type { SecondPerson } from '@gatehouse/domain/governance/four-eyes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import type { SecretBox } from '../../adapters/kms/secret-box.js';
import { notify } from '../../adapters/notices/notify.js';
import { type Acting, changeBy, requireReach } from '../http/access/principal.js';
import { AwaitingApproval } from '../http/awaiting-approval.js';
import { idsWithin } from '../http/access/ids-within.store.js';
import { countedTotal, instantCursor, olderThan, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import { type Queries, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, SECRET_BOX } from '../injected.js';
import { requestedNotice } from './change-notices.js';
import { ChangeViews } from './change-views.store.js';

const REQUESTED_ALREADY = 'This change is already waiting for approval.';

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

type Filter = InputOf<'changeTotal'>['query'];

/** Changes that wait for a second person, and those that were decided. */
@Injectable()
export class PendingChanges {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(ChangeViews) private readonly views: ChangeViews,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  /** Newest first. */
  async list(query: InputOf<'changeList'>['query'], reach: Reach) {
    const { limit, after, ...filter } = query;
    const { AND, ...where } = await this.where(filter, reach);
    const rows = await this.db.pendingChange.findMany({
      where: { ...where, AND: [...AND, ...(after === undefined ? [] : [olderThan('requestedAt', after)])] },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const { items, next } = pageOf(
      rows,
      limit,
      ({ requestedAt, id }) => instantCursor(requestedAt, id),
      (row) => row,
    );
    return { items: await this.views.listed(items), next };
  }

  async total(filter: Filter, reach: Reach) {
    const where = await this.where(filter, reach);
    return countedTotal((take) => this.db.pendingChange.count({ where, take }));
  }

  async show(id: string, reach: Reach) {
    const row = await this.db.pendingChange.findUnique({ where: { id } });
    if (row === null) throw notFound(`change ${id}`);
    requireReach(reach, row.odsCodes, `change ${id}`);
    return this.views.of(row);
  }

  /**
   * Keeps a request until a second person decides.
   * @returns what to throw, which answers 202
   * @throws AdminProblem conflict, if exactly this change waits already
   */
  async keep(acting: Acting, request: ChangeRequest): Promise<AwaitingApproval> {
    const { id = randomUUID(), action, input, needed } = request;
    const nowMs = this.now();
    await this.refuseTwice(request.diffHash, nowMs);
    const payloadSealed = new Uint8Array(await this.box.seal(JSON.stringify(input), id));
    const data = {
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
    };
    const create = this.transactions.run(changeBy(acting, data.reason ?? undefined), async (transaction) => {
      const row = await transaction.pendingChange.create({ data });
      await notify(transaction, requestedNotice(row), nowMs);
      return row;
    });
    // Of two requests at the same moment the database keeps one.
    const row = await create.catch((error: unknown) => {
      if (explainDatabaseError(error)?.constraint === 'pending_change_once')
        throw conflict(REQUESTED_ALREADY);
      throw error;
    });
    return new AwaitingApproval(await this.views.of(row));
  }

  private async refuseTwice(diffHash: string, nowMs: number): Promise<void> {
    const where = { diffHash, state: 'pending' };
    await this.db.pendingChange.updateMany({
      where: { ...where, expiresAt: { lte: new Date(nowMs) } },
      data: { state: 'expired' },
    });
    const earlier = await this.db.pendingChange.findFirst({ where });
    if (earlier === null) return;
    throw conflict(`${REQUESTED_ALREADY} ${earlier.requestedBy} requested it: change ${earlier.id}.`);
  }

  /** The input that `keep` has sealed. */
  async inputOf(row: { readonly id: string; readonly payloadSealed: Uint8Array }): Promise<unknown> {
    return JSON.parse(await this.box.open(row.payloadSealed, row.id));
  }

  private async where(filter: Filter, reach: Reach) {
    const naming = await this.idsNaming(filter);
    return {
      ...(filter.state === undefined ? {} : stateWhere(filter.state, new Date(this.now()))),
      AND: [
        ...(naming === null ? [] : [{ id: { in: naming } }]),
        ...(reach === 'all' ? [] : [{ id: { in: await idsWithin(this.db, 'pending_change', reach) } }]),
      ],
    };
  }

  /** Of changes whose rows name what the query names; null: it names nothing. */
  private async idsNaming(query: Filter): Promise<string[] | null> {
    const { organisation, application, client, environment, messageSet, table = null } = query;
    const clients =
      client === undefined
        ? []
        : await this.db.client.findMany({
            where: { name: client, ...(environment === undefined ? {} : { environmentName: environment }) },
          });
    if (client !== undefined && clients.length === 0) return [];
    const texts = [organisation, application, clients[0]?.id, messageSet].filter(
      (text) => text !== undefined,
    );
    if (texts.length === 0 && table === null) return null;
    const rows = await this.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM pending_change
        WHERE (SELECT coalesce(bool_and(jsonb_path_exists(diff, ${NAMES_TEXT}::jsonpath, jsonb_build_object('text', text))), true)
                 FROM unnest(${texts}::text[]) AS text)
          AND (${table}::text IS NULL OR diff @> jsonb_build_array(jsonb_build_object('table', ${table}::text)))`;
    return rows.map(({ id }) => id);
  }
}

/** Any member of any row that is this text, or a list with it. */
const NAMES_TEXT = '$[*].*.* ? (@ == $text)';

function stateWhere(state: string, now: Date) {
  if (state === 'expired') return { state: 'pending', expiresAt: { lte: now } };
  return state === 'pending' ? { state, expiresAt: { gt: now } } : { state };
}
