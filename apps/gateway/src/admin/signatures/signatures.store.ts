import type { UnrecordedSignaturesView } from '@gatehouse/contracts/operation/signature-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Prisma } from '@gatehouse/db/client';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { unrecordedFindingKey } from '@gatehouse/domain/upkeep/signature-findings';
import { Inject, Injectable } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { foreignCursor, instantOf, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

/** Request ids that one record of the trail names. */
const NAMED = 20;

/** Signatures of one key and day that were reviewed together, or not yet: `reviewedMs` 0. */
interface Group {
  readonly foundMs: number;
  readonly reviewedMs: number;
  readonly day: string;
  readonly key: string;
}

interface Row extends Group {
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
  readonly callers: string[];
  readonly reviewedAt: Date | null;
  readonly reviewedBy: string | null;
  readonly reviewNote: string | null;
  readonly kid: string | null;
  readonly applicationId: string | null;
  readonly cis2ClientId: string | null;
}

/** Alarms of the watch of KMS's own log (ADR 51), and the review that ends one (ADR 58). */
@Injectable()
export class SignaturesStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Newest first. */
  async list({ limit, after, only }: InputOf<'unrecordedSignatureList'>['query'], reach: Reach) {
    const start = after === undefined ? null : groupOf(after);
    if (after !== undefined && start === null) throw foreignCursor();
    const { foundMs, day, key, reviewedMs } = start ?? {
      foundMs: null,
      day: null,
      key: null,
      reviewedMs: null,
    };
    const rows = await this.read(
      this.db,
      reach,
      Prisma.sql`(${only === undefined} OR "reviewedMs" = 0) AND (${foundMs}::bigint IS NULL
        OR ("foundMs", day, key, "reviewedMs") < (${foundMs}::bigint, ${day}::text, ${key}::text, ${reviewedMs}::bigint))`,
      limit + 1,
    );
    return pageOf(rows, limit, idOf, viewOf);
  }

  /**
   * Of what was found until the person looked. The finding goes with it, so that what is found next is announced again.
   * @throws AdminProblem not-found, also for what is out of reach; conflict if nothing of it is left to review
   */
  async review(transaction: Transaction, { actor, reach }: Acting, id: string, note: string) {
    const group = groupOf(id);
    const isThere = Prisma.sql`day = ${group?.day ?? ''} AND key = ${group?.key ?? ''}`;
    const seen = group === null ? [] : await this.read(transaction, reach, isThere, 1);
    if (group === null || seen.length === 0) throw notFound(`unrecorded signatures ${id}`);
    const at = new Date(this.now());
    const reviewed = await transaction.$queryRaw<{ requestId: string }[]>`
      UPDATE unmatched_signature SET reviewed_at = ${at}, reviewed_by = ${actor}, review_note = ${note}
       WHERE key = ${group.key} AND ${DAY} = ${group.day} AND alarmed_at <= ${new Date(group.foundMs)}
         AND audited_at IS NOT NULL AND reviewed_at IS NULL
      RETURNING request_id AS "requestId"`;
    if (reviewed.length === 0)
      throw conflict(
        'These signatures have been reviewed already, or their records have been written since.',
      );
    await transaction.upkeepFinding.deleteMany({
      where: { key: unrecordedFindingKey(group.key, group.day) },
    });
    const isReviewed = Prisma.sql`${isThere} AND "reviewedMs" = ${at.getTime()}::bigint`;
    const [row] = await this.read(transaction, reach, isReviewed, 1);
    if (row === undefined) throw notFound(`unrecorded signatures ${id}`);
    return { view: viewOf(row), requestIds: reviewed.slice(0, NAMED).map(({ requestId }) => requestId) };
  }

  /** A key of Gatehouse itself belongs to no organisation: people with a limited role don't see it. */
  private read(
    db: Pick<Queries, '$queryRaw'>,
    reach: Reach,
    where: Prisma.Sql,
    most: number,
  ): Promise<Row[]> {
    const within = reach === 'all' ? null : [...reach];
    return db.$queryRaw<Row[]>`
      SELECT g.*, k.kid, k.application_id::text AS "applicationId", k.cis2_client_id::text AS "cis2ClientId" FROM (
        SELECT key, ${DAY} AS day, reviewed_at AS "reviewedAt", reviewed_by AS "reviewedBy", review_note AS "reviewNote",
               count(*)::int AS count, min(at) AS first, max(at) AS last, (array_agg(DISTINCT caller))[1:3] AS callers,
               ${msOf(Prisma.sql`max(alarmed_at)`)} AS "foundMs",
               coalesce(${msOf(Prisma.sql`reviewed_at`)}, 0) AS "reviewedMs"
          FROM unmatched_signature WHERE audited_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5) AS g
        LEFT JOIN signing_key k ON k.kms_key_arn = g.key
       WHERE ${where} AND (${within}::text[] IS NULL OR (
         SELECT coalesce(bool_and(b.ods_code = ANY (${within}::text[])), false) FROM binding b WHERE b.application_id = k.application_id))
       ORDER BY "foundMs" DESC, day DESC, key DESC, "reviewedMs" DESC LIMIT ${most}`;
  }
}

const DAY = Prisma.sql`to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
const msOf = (column: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`floor(extract(epoch FROM ${column}) * 1000)::bigint`;

const ID = /^(\d{1,15})\|(\d{1,15})\|(\d{4}-\d{2}-\d{2})\|([\x20-\x7e]{1,2048})$/;

const idOf = ({ foundMs, reviewedMs, day, key }: Group): string =>
  Buffer.from(`${String(foundMs)}|${String(reviewedMs)}|${day}|${key}`).toString('base64url');

/** Null: this list has not given it out. */
function groupOf(id: string): Group | null {
  const [, foundMs, reviewedMs, day, key] = ID.exec(Buffer.from(id, 'base64url').toString()) ?? [];
  return day === undefined || key === undefined
    ? null
    : { foundMs: Number(foundMs), reviewedMs: Number(reviewedMs), day, key };
}

function viewOf(row: Row): UnrecordedSignaturesView {
  const { key, kid, applicationId, cis2ClientId, day, count, callers, reviewedBy, reviewNote } = row;
  const owner =
    applicationId === null
      ? { kind: 'cis2-client' as const, id: cis2ClientId ?? '' }
      : { kind: 'application' as const, id: applicationId };
  return {
    ...{ id: idOf(row), key, day, count, callers, reviewedBy, reviewNote },
    signingKey: kid === null ? null : { kid, owner },
    ...{ firstAt: row.first.toISOString(), lastAt: row.last.toISOString() },
    foundAt: new Date(Number(row.foundMs)).toISOString(),
    reviewedAt: instantOf(row.reviewedAt),
  };
}
