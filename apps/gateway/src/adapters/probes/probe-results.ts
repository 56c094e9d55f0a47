/** The rows of probes: which applications are due, what came of each, and the notices that follow from it. */
import type { Database, Queries } from '@gatehouse/db/client';
import {
  type ProbeChange,
  type ProbeGroup,
  probeNotices,
  SAME_TIME_MS,
} from '@gatehouse/domain/apim/probe-news';
import { PASSING, type ProbeLimit } from '@gatehouse/domain/apim/probe';
import { applicationName } from '@gatehouse/domain/registry/application-name';
import { notify } from '../notices/notify.js';
import { applicationIdentity } from '../registry/application-rows.js';

export interface DueProbe {
  readonly applicationId: string;
  readonly odsCode: string;
}

export interface ProbeRow {
  readonly applicationId: string;
  /** `schedule`, or the actor who asked. */
  readonly checkedBy: string;
  readonly reads: readonly string[];
  readonly limits: readonly string[];
  readonly code: string | null;
  readonly attemptId: string | null;
}

/** Longer than a probe can take: what was taken on and has no result then is due again, whatever became of its worker. */
const CLAIM_MS = 5 * 60_000;

/**
 * Takes on applications whose last probe is older than that, by compare-and-set: of several workers one gets each. An
 * application of several organisations is probed for the first of them.
 */
export async function claimDue(
  db: Pick<Queries, '$queryRaw'>,
  environments: readonly string[],
  { nowMs, everyMs, most }: { readonly nowMs: number; readonly everyMs: number; readonly most: number },
): Promise<DueProbe[]> {
  const now = new Date(nowMs);
  const old = new Date(nowMs - everyMs);
  const lost = new Date(nowMs - CLAIM_MS);
  return db.$queryRaw<DueProbe[]>`
    WITH due AS (
      SELECT a.id, min(b.ods_code) AS ods_code FROM application a
        JOIN binding b ON b.application_id = a.id
        JOIN organisation o ON o.ods_code = b.ods_code AND o.state = 'active'
        LEFT JOIN application_probe p ON p.application_id = a.id
       WHERE a.state IN ('draft', 'live')
         AND a.api_key IS NOT NULL AND a.environment = ANY(${[...environments]}::text[])
         AND EXISTS (SELECT FROM signing_key k WHERE k.application_id = a.id AND k.state = 'ACTIVE')
         AND (p.claimed_at IS NULL OR p.claimed_at <= ${old}
              OR (p.claimed_at <= ${lost} AND (p.checked_at IS NULL OR p.checked_at < p.claimed_at)))
       GROUP BY a.id, p.claimed_at ORDER BY p.claimed_at NULLS FIRST, a.id LIMIT ${most}
    ), claimed AS (
      INSERT INTO application_probe AS p (application_id, claimed_at) SELECT id, ${now} FROM due
      ON CONFLICT (application_id) DO UPDATE SET claimed_at = EXCLUDED.claimed_at
       WHERE p.claimed_at <= ${old}
          OR (p.claimed_at <= ${lost} AND (p.checked_at IS NULL OR p.checked_at < p.claimed_at))
      RETURNING application_id
    )
    SELECT due.id AS "applicationId", due.ods_code AS "odsCode" FROM due JOIN claimed ON claimed.application_id = due.id`;
}

/** Stores results, and writes the notices that follow from them in the same transaction. */
export async function storeProbes(db: Database, rows: readonly ProbeRow[], nowMs: number): Promise<void> {
  await db.$transaction(async (transaction) => {
    const changes: ProbeChange[] = [];
    for (const row of rows) changes.push(...(await storeProbe(transaction, row, nowMs)));
    const groups = await groupsOf(transaction, nowMs);
    for (const notice of probeNotices(changes, groups, nowMs)) await notify(transaction, notice, nowMs);
  });
}

async function storeProbe(db: Queries, row: ProbeRow, nowMs: number): Promise<ProbeChange[]> {
  const { applicationId, code, ...result } = row;
  const application = await db.application.findUnique({
    where: { id: applicationId },
    include: { probe: true, bindings: { include: { organisation: true } } },
  });
  if (application === null) return [];
  const { probe, bindings, state } = application;
  const now = new Date(nowMs);
  // What was found of a draft was no news. Once it is live, it is.
  const isFirst = probe === null || probe.checkedAt === null || wasDraft(probe, state);
  const before = isFirst ? undefined : probe.code;
  const checked = {
    ...result,
    ...{ reads: [...row.reads], limits: [...row.limits], code, claimedAt: now, checkedAt: now },
    since: before === code ? (probe?.since ?? now) : now,
  };
  await db.applicationProbe.upsert({
    where: { applicationId },
    create: { applicationId, ...checked },
    update: checked,
  });
  const odsCodes = bindings.map(({ odsCode }) => odsCode);
  const identity = applicationIdentity(application);
  const organisationName = bindings.map(({ organisation }) => organisation.name).join(', ');
  const name = applicationName({ organisationName, ...identity });
  const { environment } = identity;
  return [{ applicationId, name, environment, state, odsCodes, before, code }];
}

async function groupsOf(db: Pick<Queries, '$queryRaw'>, nowMs: number): Promise<ProbeGroup[]> {
  return db.$queryRaw<ProbeGroup[]>`
    SELECT a.environment, p.code, count(DISTINCT b.ods_code)::int AS organisations FROM application_probe p
      JOIN application a ON a.id = p.application_id JOIN binding b ON b.application_id = a.id
     WHERE a.state = 'live' AND p.code IS NOT NULL AND p.since > ${new Date(nowMs - SAME_TIME_MS)} GROUP BY 1, 2`;
}

const wasDraft = ({ limits }: { readonly limits: readonly string[] }, state: string): boolean =>
  state === 'live' && limits.includes('draft' satisfies ProbeLimit);

/** Live applications of each environment whose last probe found a fault that does not pass by itself. */
export async function countFailingProbes(
  db: Pick<Queries, '$queryRaw'>,
): Promise<readonly { readonly environment: string; readonly failing: number }[]> {
  return db.$queryRaw`
    SELECT a.environment, count(*)::int AS failing FROM application_probe p
      JOIN application a ON a.id = p.application_id
     WHERE a.state = 'live' AND p.code IS NOT NULL AND p.code <> ALL (${[...PASSING]}::text[]) GROUP BY 1`;
}
