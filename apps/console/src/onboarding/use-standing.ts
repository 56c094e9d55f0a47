import { useLive } from '../api/use-live.js';
import type { RouteName } from '@gatehouse/contracts/routes';
import { usePermissions } from 'react-admin';
import type { StepId } from './steps.js';

const STEPS_OF_ROUTES = [
  ['keyCreate', 'signing-key'],
  ['sroAppoint', 'sro'],
  ['applicationChange', 'nhs'],
  ['registryApply', 'client'],
] as const satisfies readonly (readonly [RouteName, StepId])[];

/** What is recorded about an application that is onboarded, and what waits for somebody else. */
export function useStanding(odsCode: string, applicationId: string) {
  const { permissions: may = [] } = usePermissions<readonly RouteName[]>();
  const about = ['onboarding', odsCode, applicationId];
  const application = useLive([...about, 'application'], 'applicationShow', {
    params: { id: applicationId },
  });
  const checklist = useLive([...about, 'checklist'], 'applicationChecklist', {
    params: { id: applicationId },
  });
  const health = useLive([...about, 'health'], 'healthShow', { query: { applications: applicationId } });
  const sros = useLive([...about, 'sros'], 'sroList', { query: { organisation: odsCode, limit: 500 } });
  const pending = { state: 'pending', limit: 10 } as const;
  const sro = useLive([...about, 'sro'], 'changeList', {
    query: { ...pending, organisation: odsCode, table: 'sro_appointment' },
  });
  const nhs = useLive([...about, 'nhs'], 'changeList', { query: { ...pending, application: applicationId } });
  const client = useLive([...about, 'client'], 'changeList', {
    query: { ...pending, organisation: odsCode, table: 'client_grant' },
  });

  const queries = [application, checklist, health, sros, sro, nhs, client];
  const [shown] = health.data?.items ?? [];
  const query = {
    data:
      application.data === undefined || checklist.data === undefined || shown === undefined
        ? undefined
        : { application: application.data, checklist: checklist.data.steps, health: shown },
    error: queries.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => Promise.all(queries.map(({ refetch }) => refetch())),
  };
  const environment = application.data?.environment ?? '';
  const changes = {
    sro: sro.data?.items ?? [],
    nhs: nhs.data?.items ?? [],
    client: client.data?.items ?? [],
  };
  const appointments = (sros.data?.items ?? []).filter(
    ({ state, environments }) => state !== 'withdrawn' && environments.includes(environment),
  );
  // What somebody may not do themselves waits for those who may.
  const waiting = new Set(STEPS_OF_ROUTES.flatMap(([route, step]) => (may.includes(route) ? [] : [step])));
  if (changes.sro.length > 0 || appointments.some(({ linkExpiresAt }) => linkExpiresAt !== null))
    waiting.add('sro');
  if (changes.nhs.length > 0) waiting.add('nhs');
  if (changes.client.length > 0) waiting.add('client');
  return { query, changes, appointments, waiting };
}
