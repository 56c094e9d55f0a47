/** Whether applications work, from the registry as it is and the newest call of each in the trail. */
import type { Database } from '@gatehouse/db/client';
import { isInForce, nextChangeMs } from '@gatehouse/domain/governance/sro';
import { applicationHealth, type Health, type Standing } from '@gatehouse/domain/policy/health';
import type { EnvironmentKind } from '@gatehouse/domain/registry/records/vocabulary';
import type { NewestCall } from '../audit/read/newest-calls.js';
import { appointmentOf } from '../people/sro-appointment.js';
import { applicationIdentity } from '../registry/application-rows.js';

/** The rows that a decision reads. */
const DECIDING = {
  bindings: { include: { organisation: true }, orderBy: { odsCode: 'asc' } },
  signingKeys: { where: { state: 'ACTIVE' }, select: { state: true }, take: 1 },
} as const;

export interface HealthParts {
  readonly db: Pick<Database, 'application' | 'sroAppointment' | 'clientGrant'>;
  /** Of the environments file. One that it does not name is taken as authenticated. */
  readonly kindOf: (environment: string) => EnvironmentKind | undefined;
  readonly newestCalls: (
    applicationIds: readonly string[],
    sinceMs: number,
  ) => Promise<ReadonlyMap<string, NewestCall>>;
  /** Epoch ms. */
  readonly now: () => number;
}

export interface ApplicationHealth {
  readonly id: string;
  readonly state: string;
  readonly odsCodes: readonly string[];
  readonly health: Health;
  /** When it may change though nothing happens, epoch ms; null: never. */
  readonly changesAtMs: number | null;
}

/** Calls before that don't count. */
const LOOK_BACK_MS = 90 * 86_400_000;

/** @param where which applications, as Prisma takes it */
export async function applicationHealths(
  { db, kindOf, newestCalls, now }: HealthParts,
  where: object,
): Promise<ApplicationHealth[]> {
  const rows = await db.application.findMany({ where, include: DECIDING });
  const nowMs = now();
  const odsCodes = [...new Set(rows.flatMap(({ bindings }) => bindings.map(({ odsCode }) => odsCode)))];
  const [appointments, granted, calls] = await Promise.all([
    db.sroAppointment.findMany({ where: { odsCode: { in: odsCodes }, acceptedAt: { not: null } } }),
    grants(db, odsCodes),
    newestCalls(
      rows.map(({ id }) => id),
      nowMs - LOOK_BACK_MS,
    ),
  ]);
  const owners = Map.groupBy(appointments, ({ odsCode }) => odsCode);
  return rows.map((row) => {
    const active = row.bindings.filter(({ organisation }) => organisation.state === 'active');
    const { environment, accessMode } = applicationIdentity(row);
    const its = active.flatMap(({ odsCode }) => owners.get(odsCode) ?? []).map(appointmentOf);
    const standing: Standing = {
      environmentKind: kindOf(environment) ?? 'authenticated',
      accessMode,
      organisationActive: active.length > 0,
      state: row.state,
      hasAsid: row.asid !== null,
      hasApiKey: row.apiKey !== null,
      sroInForce: its.some((each) => isInForce(each, environment, nowMs)),
      keyActive: row.signingKeys.length > 0,
      hasClient: row.bindings.some(({ odsCode }) => granted.has(grantKey({ ...row, odsCode }))),
    };
    const changes = its.flatMap((each) => nextChangeMs(each, nowMs) ?? []);
    return {
      ...{ id: row.id, state: row.state, odsCodes: row.bindings.map(({ odsCode }) => odsCode) },
      health: applicationHealth(standing, calls.get(row.id) ?? null),
      changesAtMs: changes.length === 0 ? null : Math.min(...changes),
    };
  });
}

/** The grants of active clients to these organisations. */
async function grants(
  db: Pick<Database, 'clientGrant'>,
  odsCodes: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.clientGrant.findMany({
    where: { odsCode: { in: [...odsCodes] }, client: { state: 'active' } },
    include: { client: { select: { environmentName: true } } },
  });
  return new Set(
    rows.map(({ client: { environmentName }, ...grant }) => grantKey({ ...grant, environmentName })),
  );
}

interface Granted {
  readonly environmentName: string;
  readonly odsCode: string;
  readonly productName: string;
  readonly accessMode: string;
  readonly capability: string | null;
}

const grantKey = ({ environmentName, odsCode, productName, accessMode, capability }: Granted): string =>
  JSON.stringify([environmentName, odsCode, productName, accessMode, capability]);
