import { busiestMinutes, isNearQuota } from '@gatehouse/domain/audit/traffic';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { nameOf } from '../registry/lists.store.js';

const LOOKED_BACK_MS = 15 * 60_000;

/** Applications whose busiest minute of the last quarter of an hour comes near their quota, counted over all replicas. */
export async function nearQuota({ db, audit, environments, now }: AdminDeps, { reach }: Acting) {
  const toMs = now();
  const counts = await audit.minutes(reach, { fromMs: toMs - LOOKED_BACK_MS, toMs });
  const bindings = await db.binding.findMany({
    where: { id: { in: [...new Set(counts.map(({ bindingId }) => bindingId))] } },
    select: { id: true, applicationId: true },
  });
  const busiest = busiestMinutes(
    counts,
    new Map(bindings.map(({ id, applicationId }) => [id, applicationId])),
  );
  const rows = await db.application.findMany({
    where: { id: { in: [...busiest.keys()] }, ...ownedWithin(reach) },
    include: WHOLE_APPLICATION,
    orderBy: { id: 'asc' },
  });
  return rows.flatMap((row) => {
    const requestsPerMinute = environments.get(row.environmentName)?.requestsPerMinute;
    const callsPerMinute = busiest.get(row.id) ?? 0;
    if (requestsPerMinute === undefined || !isNearQuota(callsPerMinute, requestsPerMinute)) return [];
    return [{ applicationId: row.id, application: nameOf(row), callsPerMinute, requestsPerMinute }];
  });
}
