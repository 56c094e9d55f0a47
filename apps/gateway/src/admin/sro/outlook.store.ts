import type { SroOutlook } from '@gatehouse/contracts/governance-resources';
import type { Reach } from '@gatehouse/domain/permissions';
import { outlook } from '@gatehouse/domain/sro-outlook';
import { addDays, londonDay, sroState } from '@gatehouse/domain/sro';
import type { AdminDeps } from '../deps.js';
import { nameOf } from '../registry/lists.store.js';
import { appointmentOf } from '../../adapters/sro-appointment.js';

const WEEK_MS = 7 * 86_400_000;
const WITH_NAMES = {
  bindings: { include: { organisation: true } },
  messageSets: true,
  signingKeys: true,
} as const;

/** Organisations whose application-restricted access is closed or closes within so many days, the soonest first. */
export async function sroOutlook(
  deps: AdminDeps,
  { days, limit }: { readonly days: number; readonly limit: number },
  reach: Reach,
): Promise<{ items: SroOutlook[] }> {
  const nowMs = deps.now();
  const horizon = addDays(londonDay(nowMs), days);
  const gated = [...deps.environments].filter(([, { kind }]) => kind === 'authenticated');
  const applications = await deps.db.application.findMany({
    where: {
      accessMode: 'application-restricted',
      state: 'live',
      environmentName: { in: gated.map(([name]) => name) },
      bindings: { some: reach === 'all' ? {} : { odsCode: { in: [...reach] } } },
    },
    include: WITH_NAMES,
  });
  const gates = Map.groupBy(applications, ({ environmentName, bindings: [binding] }) =>
    JSON.stringify([binding?.odsCode, environmentName]),
  );
  const odsCodes = applications.flatMap(({ bindings }) => bindings.map(({ odsCode }) => odsCode));
  const appointments = Map.groupBy(
    await deps.db.sroAppointment.findMany({
      where: { odsCode: { in: [...new Set(odsCodes)] } },
      orderBy: { appointedAt: 'desc' },
    }),
    ({ odsCode }) => odsCode,
  );
  const closing = [...gates.values()]
    .map((stopped) => {
      const [first] = stopped;
      const { odsCode = '', organisation } = first?.bindings[0] ?? {};
      const environment = first?.environmentName ?? '';
      const rows = appointments.get(odsCode) ?? [];
      const seen = outlook(
        rows.map((row) => ({ ...appointmentOf(row), deputy: row.role === 'deputy' })),
        environment,
        nowMs,
      );
      return { odsCode, name: organisation?.name ?? '', environment, stopped, rows, ...seen };
    })
    .filter(({ gate, openUntil }) => gate !== 'open' || openUntil === null || openUntil <= horizon)
    .toSorted((one, other) => (one.openUntil ?? '').localeCompare(other.openUntil ?? ''))
    .slice(0, limit);
  const bindingIds = closing.flatMap(({ stopped }) => stopped.flatMap(({ bindings }) => bindings));
  const requests = await deps.audit.requestsByBinding(
    bindingIds.map(({ id, odsCode }) => ({ id, odsCode })),
    nowMs - WEEK_MS,
  );
  return {
    items: closing.map(({ odsCode, stopped, rows, ...gate }) => {
      const [asked] = rows.filter(
        ({ environments, withdrawnAt }) => environments.includes(gate.environment) && withdrawnAt === null,
      );
      return {
        organisation: odsCode,
        ...gate,
        sro:
          asked === undefined
            ? null
            : {
                id: asked.id,
                name: asked.name,
                email: asked.email,
                state: sroState(appointmentOf(asked), nowMs),
              },
        applications: stopped.map((row) => nameOf(row)),
        requests: stopped
          .flatMap(({ bindings }) => bindings)
          .reduce((sum, { id }) => sum + (requests.get(id) ?? 0), 0),
      };
    }),
  };
}
