import { dayOfDateColumn } from '@gatehouse/domain/governance/london-day';
import { reachOf, type Reach } from '@gatehouse/domain/governance/permissions';
import { REVIEW_NOTICE_DAYS } from '@gatehouse/domain/governance/sro';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import type { AdminDeps } from '../deps.js';
import { examine } from '../doctor/doctor.store.js';
import type { Acting } from '../http/principal.js';
import { nameOf } from '../registry/lists.store.js';

const DAY_MS = 86_400_000;
/** A key that signs for longer is due for a successor. */
const KEY_OLD_AFTER_MS = 365 * DAY_MS;
const SRO_DUE_WITHIN_MS = REVIEW_NOTICE_DAYS[0] * DAY_MS;
/** Of each kind; the lists have the rest. */
const MOST = 10;

/** What waits for a person, within reach. */
export async function attention(deps: AdminDeps, acting: Acting) {
  return {
    drafts: await drafts(deps, acting.reach),
    oldKeys: await oldKeys(deps, acting.reach),
    srosDue: await srosDue(deps, acting),
    ...(await counts(deps, acting.reach)),
  };
}

async function drafts(deps: AdminDeps, reach: Reach) {
  const rows = await deps.db.application.findMany({
    where: { state: 'draft', AND: ownedWithin(reach) },
    select: { id: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: MOST,
  });
  const found = [];
  for (const { id } of rows) {
    const { name, steps } = await examine(deps, { application: id }, reach);
    const missing = steps.filter(({ done }) => !done).map(({ title }) => title);
    found.push({ applicationId: id, application: name, missing });
  }
  return found;
}

async function oldKeys({ db, now }: AdminDeps, reach: Reach) {
  const rows = await db.signingKey.findMany({
    where: {
      state: 'ACTIVE',
      activatedAt: { lte: new Date(now() - KEY_OLD_AFTER_MS) },
      application: { state: { not: 'retired' }, ...ownedWithin(reach) },
    },
    include: { application: { include: WHOLE_APPLICATION } },
    orderBy: [{ activatedAt: 'asc' }, { id: 'asc' }],
    take: MOST,
  });
  return rows.flatMap(({ kid, activatedAt, application }) =>
    activatedAt === null
      ? []
      : [
          {
            kid,
            activatedAt: activatedAt.toISOString(),
            applicationId: application.id,
            application: nameOf(application),
          },
        ],
  );
}

/** For whom may read SROs at all: a token for the registry alone may not. */
async function srosDue({ db, now }: AdminDeps, acting: Acting) {
  const reach = reachOf(acting, 'sro.read');
  if (reach === null) return [];
  const rows = await db.sroAppointment.findMany({
    where: {
      withdrawnAt: null,
      reviewDueOn: { lte: new Date(now() + SRO_DUE_WITHIN_MS) },
      organisation: { state: { not: 'retired' } },
      // Handed over: the successor's counts.
      successors: { none: { withdrawnAt: null, acceptedAt: { not: null } } },
      ...(reach === 'all' ? {} : { odsCode: { in: [...reach] } }),
    },
    orderBy: [{ reviewDueOn: 'asc' }, { id: 'asc' }],
    take: MOST,
  });
  return rows.map(({ odsCode, name, reviewDueOn }) => ({
    organisation: odsCode,
    name,
    reviewDueOn: dayOfDateColumn(reviewDueOn),
  }));
}

async function counts({ db, now }: AdminDeps, reach: Reach) {
  const mine = reach === 'all' ? null : [...reach];
  const [row] = await db.$queryRaw<{ approvals: number; stops: number }[]>`
    SELECT
      (SELECT count(*)::int FROM pending_change
        WHERE state = 'pending' AND expires_at > ${new Date(now())}
          AND (${mine}::text[] IS NULL OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${mine}::text[]))) AS approvals,
      (SELECT count(*)::int FROM emergency_stop
        WHERE reviewed_at IS NULL
          AND (${mine}::text[] IS NULL OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${mine}::text[]))) AS stops`;
  return { approvalsPending: row?.approvals ?? 0, stopsUnreviewed: row?.stops ?? 0 };
}
