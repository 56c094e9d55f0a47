/**
 * Signing keys that come to their end, and the monthly lists of deletions. Every change is a compare-and-set on the rows, so of
 * two workers, or of a worker and a person, one wins.
 */
import { changeRegistry, type Database, type RegistryTransaction } from '@gatehouse/db/client';
import type { Notice } from '@gatehouse/domain/notices/notice';
import { type EndingKey, listDue } from '@gatehouse/domain/rotation/key-deletion';
import { notify } from '../notices/notify.js';
import { setKeyState } from './key-rows.js';

export interface OwnedEndingKey extends EndingKey {
  readonly kid: string;
  readonly kmsKeyArn: string;
  readonly environment: string;
  /** Null: of a CIS2 client. */
  readonly applicationId: string | null;
  readonly odsCodes: readonly string[];
}

/** As the history and the trail name it. */
const ACTOR = 'Gatehouse key deletion';

/** A KMS key that nobody needs and no list has. */
export const DELETABLE = {
  state: 'REMOVED',
  disabledAt: { not: null },
  deletionList: null,
  deletesAt: null,
} as const;

export type KeyDeletions = ReturnType<typeof keyDeletions>;

/** Each answers whether it changed anything: false if somebody else was faster. */
export function keyDeletions(db: Database) {
  const change = async (
    reason: string,
    work: (transaction: RegistryTransaction) => Promise<{ count: number }>,
  ): Promise<boolean> => {
    const { value } = await changeRegistry(db, { actor: ACTOR, reason }, work);
    return value.count === 1;
  };
  return {
    read: () => readEndingKeys(db),

    /** Proposes the list of this month, unless there is one or no key is to be deleted. */
    propose: (nowMs: number) => propose(db, nowMs),

    move: ({ kid, state }: OwnedEndingKey, step: 'retire' | 'remove', nowMs: number) =>
      change('Its application or CIS2 client is retired', async (transaction) => {
        const { count } = await transaction.signingKey.updateMany({
          where: {
            ...{ kid, state },
            OR: [{ application: { state: 'retired' } }, { cis2Client: { state: 'retired' } }],
          },
          data: { state },
        });
        if (count === 1) {
          const to = step === 'retire' ? 'RETIRING' : 'REMOVED';
          await setKeyState(transaction, { kid, state }, to, new Date(nowMs));
        }
        return { count };
      }),

    noteDisabled: ({ kid }: OwnedEndingKey, nowMs: number) =>
      change('The key is removed', (transaction) =>
        transaction.signingKey.updateMany({
          where: { kid, state: 'REMOVED', disabledAt: null },
          data: { disabledAt: new Date(nowMs) },
        }),
      ),

    /** Notes that KMS is about to be called. */
    begin: ({ kid, deletionList }: OwnedEndingKey, deletesAtMs: number) =>
      change(underList(deletionList), (transaction) =>
        transaction.signingKey.updateMany({
          where: {
            kid,
            deletionList,
            deletionScheduledAt: null,
            state: 'REMOVED',
            disabledAt: { not: null },
          },
          data: { deletesAt: new Date(deletesAtMs) },
        }),
      ),

    /** Notes when KMS will delete it. */
    confirm: ({ kid, deletionList }: OwnedEndingKey, deletesAtMs: number, nowMs: number) =>
      change(underList(deletionList), (transaction) =>
        transaction.signingKey.updateMany({
          where: { kid, deletionList, deletesAt: { not: null } },
          data: { deletesAt: new Date(deletesAtMs), deletionScheduledAt: new Date(nowMs) },
        }),
      ),

    /** Takes a key off the list that was approved. */
    drop: ({ kid, deletionList: month }: OwnedEndingKey, reason: string, nowMs: number) =>
      change(reason, async (transaction) => {
        if (month === null) return { count: 0 };
        const off = { state: 'dropped', reason, decidedBy: ACTOR, decidedAt: new Date(nowMs) };
        await transaction.keyDeletion.updateMany({ where: { month, kid, state: 'listed' }, data: off });
        return transaction.signingKey.updateMany({
          where: { kid, deletionList: month, deletionScheduledAt: null },
          data: { deletionList: null, deletesAt: null },
        });
      }),

    noteCancelled: ({ kid }: OwnedEndingKey) =>
      change('The deletion was cancelled', (transaction) =>
        transaction.signingKey.updateMany({
          where: { kid, deletionList: null, deletesAt: { not: null } },
          data: { deletesAt: null, deletionScheduledAt: null },
        }),
      ),
  };
}

const underList = (month: string | null): string => `Under the list of deletions of ${month ?? ''}`;

/** The keys of retired owners, and removed keys of which something is still to be done. */
function readEndingKeys(db: Database): Promise<OwnedEndingKey[]> {
  return db.$queryRaw<OwnedEndingKey[]>`
    SELECT k.kid, k.kms_key_arn AS "kmsKeyArn", k.state, k.application_id AS "applicationId",
      coalesce(a.environment, c.environment) AS environment,
      coalesce(a.state, c.state) = 'retired' AS "isOwnerRetired",
      ARRAY(SELECT b.ods_code FROM binding b WHERE b.application_id = k.application_id ORDER BY 1) AS "odsCodes",
      (extract(epoch FROM k.retired_at) * 1000)::float8 AS "retiredAtMs",
      (extract(epoch FROM k.removed_at) * 1000)::float8 AS "removedAtMs",
      (extract(epoch FROM k.disabled_at) * 1000)::float8 AS "disabledAtMs",
      k.deletion_list AS "deletionList",
      (extract(epoch FROM k.deletes_at) * 1000)::float8 AS "deletesAtMs",
      (extract(epoch FROM k.deletion_scheduled_at) * 1000)::float8 AS "deletionScheduledAtMs"
    FROM signing_key k
    LEFT JOIN application a ON a.id = k.application_id
    LEFT JOIN cis2_client c ON c.id = k.cis2_client_id
    WHERE (k.state <> 'REMOVED' AND coalesce(a.state, c.state) = 'retired')
      OR (k.state = 'REMOVED' AND (k.disabled_at IS NULL
        OR (k.deletion_list IS NOT NULL AND k.deletion_scheduled_at IS NULL)
        OR (k.deletion_list IS NULL AND k.deletes_at IS NOT NULL)))
    ORDER BY coalesce(k.removed_at, k.created_at), k.kid`;
}

async function propose(db: Database, nowMs: number): Promise<void> {
  const newest = await db.keyDeletionList.findFirst({ orderBy: { month: 'desc' } });
  const month = listDue(newest?.month ?? null, nowMs);
  if (month === null) return;
  await db.$transaction(async (transaction) => {
    const keys = await transaction.signingKey.findMany({ where: DELETABLE, select: { kid: true } });
    if (keys.length === 0) return;
    const list = { month, proposedAt: new Date(nowMs) };
    const { count } = await transaction.keyDeletionList.createMany({ data: [list], skipDuplicates: true });
    // Another worker has proposed it.
    if (count === 0) return;
    await transaction.keyDeletion.createMany({ data: keys.map(({ kid }) => ({ month, kid })) });
    await notify(transaction, proposedNotice(month, keys.length), nowMs);
  });
}

function proposedNotice(month: string, keys: number): Notice {
  return {
    ...{ kind: 'approval-requested', onceKey: `key deletions ${month}` },
    title: `Signing keys to delete, ${month}`,
    body: `${keys === 1 ? 'One signing key is' : `${keys} signing keys are`} disabled and no longer needed.`,
    whatToDo:
      'Read the list, strike off what must stay, and request the deletion of the rest. A colleague approves it.',
    ...{ path: '/key-deletions', odsCodes: [], staffId: null },
  };
}
