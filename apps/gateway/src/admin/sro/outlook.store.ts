import type { SroOutlook } from '@gatehouse/contracts/governance/governance-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { outlook } from '@gatehouse/domain/governance/sro-outlook';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import { sroState } from '@gatehouse/domain/governance/sro';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { WHOLE_APPLICATION } from '../registry/applications.store.js';
import type { AdminDeps } from '../deps.js';
import { nameOf } from '../registry/lists.store.js';

const WEEK_MS = 7 * 86_400_000;

type Gate = Awaited<ReturnType<typeof closing>>[number];

/** Organisations whose application-restricted access is closed or closes within so many days, the soonest first. */
export async function sroOutlook(
  deps: AdminDeps,
  { days, limit }: { readonly days: number; readonly limit: number },
  reach: Reach,
): Promise<{ items: SroOutlook[] }> {
  const nowMs = deps.now();
  const horizon = addDays(londonDay(nowMs), days);
  const gates = (await closing(deps, reach, nowMs))
    .filter(({ gate, openUntil }) => gate !== 'open' || openUntil === null || openUntil <= horizon)
    .toSorted((one, other) => (one.openUntil ?? '').localeCompare(other.openUntil ?? ''))
    .slice(0, limit);
  const stopped = await stoppedBy(deps, gates);
  const requests = await deps.audit.requestsByBinding(
    stopped.map(({ bindingId, odsCode }) => ({ id: bindingId, odsCode })),
    nowMs - WEEK_MS,
  );
  return {
    items: gates.map(({ odsCode, environment, gate, openUntil, rows }) => {
      const of = stopped.filter((each) => each.odsCode === odsCode && each.environment === environment);
      const asked = rows.find(
        ({ environments, withdrawnAt }) => environments.includes(environment) && withdrawnAt === null,
      );
      return {
        organisation: odsCode,
        name: of[0]?.organisation ?? '',
        environment,
        gate,
        openUntil,
        sro:
          asked === undefined
            ? null
            : {
                id: asked.id,
                name: asked.name,
                email: asked.email,
                state: sroState(appointmentOf(asked), nowMs),
              },
        applications: of.map(({ application }) => application),
        requests: of.reduce((sum, { bindingId }) => sum + (requests.get(bindingId) ?? 0), 0),
      };
    }),
  };
}

/** Every organisation and environment with a live application-restricted application, and how its gate stands. */
async function closing({ db, environments }: AdminDeps, reach: Reach, nowMs: number) {
  const gated = [...environments].filter(([, { kind }]) => kind === 'authenticated');
  const gates = await db.binding.groupBy({
    by: ['odsCode', 'environment'],
    where: {
      live: true,
      accessMode: 'application-restricted',
      environment: { in: gated.map(([name]) => name) },
      ...(reach === 'all' ? {} : { odsCode: { in: [...reach] } }),
    },
  });
  const appointments = Map.groupBy(
    await db.sroAppointment.findMany({
      where: reach === 'all' ? {} : { odsCode: { in: [...reach] } },
      orderBy: { appointedAt: 'desc' },
    }),
    ({ odsCode }) => odsCode,
  );
  return gates.map(({ odsCode, environment }) => {
    const rows = appointments.get(odsCode) ?? [];
    const appointed = rows.map((row) => ({ ...appointmentOf(row), deputy: row.role === 'deputy' }));
    return { odsCode, environment, rows, ...outlook(appointed, environment, nowMs) };
  });
}

/** The live applications behind these gates. */
async function stoppedBy({ db }: AdminDeps, gates: readonly Gate[]) {
  const bindings = await db.binding.findMany({
    where: {
      live: true,
      accessMode: 'application-restricted',
      OR: gates.map(({ odsCode, environment }) => ({ odsCode, environment })),
    },
    include: { organisation: true, application: { include: WHOLE_APPLICATION } },
  });
  return bindings.map(({ id, odsCode, environment, organisation, application }) => ({
    bindingId: id,
    odsCode,
    environment,
    organisation: organisation.name,
    application: nameOf(application),
  }));
}
