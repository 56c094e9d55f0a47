import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { isInForce } from '@gatehouse/domain/governance/sro';
import type { SroAppointment } from '@gatehouse/domain/registry/registry';
import {
  jwksUrlOf,
  keyOfRows,
  theApplication,
  type ApplicationRows,
} from '../registry/applications.store.js';
import type { AdminDeps } from '../deps.js';
import { nameOf } from '../registry/lists.store.js';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { applicationIdentity } from '../../adapters/registry/application-rows.js';
import { checklist, type Patient } from './checklist.js';

/** What is missing before an application can be used, in order. */
export async function examine(deps: AdminDeps, choice: ApplicationChoice, reach: Reach) {
  const row = await theApplication(deps.db, choice, reach);
  const nowMs = deps.now();
  const steps = checklist({
    ...factsOf(row, deps),
    ...(await sroOf(row, deps, nowMs)),
    ...(await clientsOf(row, deps, nowMs)),
  });
  return { application: keyOfRows(row), name: nameOf(row), ready: steps.every(({ done }) => done), steps };
}

function factsOf(row: ApplicationRows, { environments, publicUrl }: AdminDeps) {
  const { organisations, environment, accessMode, capability } = applicationIdentity(row);
  return {
    name: nameOf(row),
    odsCodes: organisations,
    environment,
    open: environments.get(environment)?.kind === 'open',
    accessMode,
    capability,
    state: row.state,
    organisationsActive: row.bindings.every(({ organisation }) => organisation.state === 'active'),
    asid: row.asid,
    hasApiKey: row.apiKey !== null,
    hasApiSecret: row.apiSecretSealed !== null,
    messageSets: row.messageSets.map(({ messageSetName }) => messageSetName),
    jwksUrl: jwksUrlOf(publicUrl, row),
    keyPublished: row.signingKeys.some(({ state }) => ['PUBLISHED', 'ACTIVE', 'RETIRING'].includes(state)),
    keyActive: row.signingKeys.some(({ state }) => state === 'ACTIVE'),
  };
}

async function sroOf(
  row: ApplicationRows,
  { db }: AdminDeps,
  nowMs: number,
): Promise<Pick<Patient, 'sro' | 'sroSpineUserId'>> {
  const odsCodes = row.bindings.map(({ odsCode }) => odsCode);
  const appointments = await db.sroAppointment.findMany({
    where: {
      odsCode: { in: odsCodes },
      environments: { has: row.environmentName },
      OR: [{ withdrawnAt: null }, { withdrawnAt: { gt: new Date(nowMs) } }],
    },
    orderBy: { appointedAt: 'desc' },
  });
  const current = (appointment: SroAppointment) => isInForce(appointment, row.environmentName, nowMs);
  const inForce = appointments.find((appointment) => current(appointmentOf(appointment)));
  const proposed = appointments.find(({ acceptedAt }) => acceptedAt === null);
  const chosen = inForce ?? proposed ?? appointments[0];
  const sro =
    inForce !== undefined
      ? 'in force'
      : proposed !== undefined
        ? 'proposed'
        : chosen === undefined
          ? 'none'
          : 'lapsed';
  return { sro, sroSpineUserId: chosen?.spineUserId ?? null };
}

async function clientsOf(row: ApplicationRows, { db }: AdminDeps, nowMs: number) {
  const clients = await db.client.findMany({
    where: {
      environmentName: row.environmentName,
      state: 'active',
      grants: {
        some: {
          odsCode: { in: row.bindings.map(({ odsCode }) => odsCode) },
          productName: row.productName,
          accessMode: row.accessMode,
          capability: row.capability,
        },
      },
    },
    include: { credentials: { where: { revokedAt: null, expiresAt: { gt: new Date(nowMs) } } } },
  });
  return {
    clientWithGrant: clients.length > 0,
    clientCanProveItself: clients.some(
      ({ credentials, workloadSubject }) => credentials.length > 0 || workloadSubject !== null,
    ),
  };
}
