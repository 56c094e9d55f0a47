/** The registry of an earlier version, restored from its history, equals what was read while it was the current one. */
import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { Application, Organisation, Snapshot } from '@gatehouse/domain/registry/registry';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registryAt } from '../../../apps/gateway/src/adapters/registry/history.ts';
import { registryReader } from '../../../apps/gateway/src/adapters/registry/reader.ts';
import { explainPast } from '../../../apps/gateway/src/admin/explain/explain-past.ts';
import { type AdminApi, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
let pool: pg.Pool;
const snapshots: Snapshot[] = [];

beforeAll(async () => {
  admin = await borrowAdmin();
  pool = new pg.Pool({ connectionString: admin.database.appUrl, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await admin.close();
});

/** Makes a change and keeps a snapshot of the registry after it. */
async function then(change: Promise<unknown>): Promise<void> {
  await change;
  const reader = registryReader(admin.database.appUrl, () => undefined);
  snapshots.push((await reader.read(null)).state.snapshot);
  await reader.close();
}

const apply = (document: object) =>
  admin.ok('registryApply', { body: { document: { apiVersion: 'gatehouse/v1', ...document } } as never });

/** What the history has of an organisation: everything but the secrets. */
function plain(organisation: Organisation | undefined) {
  const withoutSecret = ({ apiKey, ...application }: Application) => ({
    ...application,
    hasKey: apiKey !== null,
  });
  return (
    organisation && {
      ...organisation,
      bindings: organisation.bindings.map((binding) => ({
        ...binding,
        application: withoutSecret(binding.application),
      })),
    }
  );
}

it('at every version', async () => {
  const [application] = smallDocument.applications;
  await then(apply(smallDocument));
  await then(admin.ok('keyCreate', { body: r69 }));
  await then(
    apply({
      messageSets: [{ name: 'provider-read', interactions: ['A005'] }],
      products: [{ name: 'Second' }],
    }),
  );
  await then(apply({ organisations: [{ odsCode: 'R69', name: 'Renamed Trust', state: 'suspended' }] }));
  await then(apply({ applications: [{ ...application, messageSets: [], state: 'suspended' }] }));
  await then(apply({ clients: [{ ...smallDocument.clients[0], grants: [] }] }));
  await then(apply({ organisations: [{ odsCode: 'RX1', name: 'A later one' }] }));
  await then(pool.query(`INSERT INTO assurance_floor (level) VALUES (2)`));
  await then(pool.query(`INSERT INTO assurance_floor (ods_code, level) VALUES ('RX1', 3)`));
  await then(pool.query(`DELETE FROM assurance_floor WHERE ods_code IS NULL`));
  const last = snapshots.at(-1)!;
  const scope = { odsCodes: [...last.organisations.keys()], clientIds: [...last.clients.keys()] };
  expect(new Set(snapshots.map(({ version }) => version)).size).toBe(snapshots.length);

  for (const was of snapshots) {
    const back = await registryAt(pool, was.version, scope);
    expect(back.version).toBe(was.version);
    expect(back.assuranceFloor, `at ${was.version}`).toBe(was.assuranceFloor);
    for (const odsCode of scope.odsCodes) {
      expect(plain(back.organisations.get(odsCode)), `${odsCode} at ${was.version}`).toEqual(
        plain(was.organisations.get(odsCode)),
      );
    }
    expect([...back.clients.values()]).toEqual([...was.clients.values()]);
  }
  const secrets = smallDocument.applications.map(({ apiKey }) => apiKey);
  const pastRegistry = JSON.stringify([
    ...(await registryAt(pool, last.version, scope)).organisations.values(),
  ]);
  for (const secret of secrets) expect(pastRegistry).not.toContain(secret);
});

it('the explanation of a past request reveals nothing about another organisation in today’s grants', async () => {
  const [application] = smallDocument.applications;
  const otherApplication = {
    ...application,
    organisation: 'RCD',
    asid: '200000002499',
    apiKey: 'rcdIntKey0123456789abcdefOOPP',
  };
  const [sync] = smallDocument.clients;
  const grants = [{ ...sync.grants[0], organisation: 'RCD' }];
  await then(apply({ applications: [otherApplication], clients: [{ ...sync, grants }] }));
  const { 0: first, [snapshots.length - 1]: last } = snapshots;
  const clientId = [...first!.clients.keys()][0]!;
  const story = {
    ...{
      clientId,
      environment: 'int',
      operationId: 'a005-retrieve-referral-request',
      organisation: 'R69',
      bindingId: null,
    },
    ...{ registryVersion: first!.version, startedAt: new Date(0).toISOString() },
    ...{ steps: [], attempts: [], refusal: null },
    asked: { accessMode: 'application-restricted', odsCode: null, product: null, capability: null },
  } as unknown as RequestStory;
  const environments = new Map([['int', { kind: 'open' as const }]]);
  const explanation = await explainPast(
    { database: pool, environments, snapshot: () => last!, now: () => 0 },
    story,
  );
  expect(explanation.now?.allowed).toBe(true);
  expect(explanation.registry.find(({ what }) => what === 'ASID')).toMatchObject({
    then: application.asid,
    now: null,
  });
  expect(JSON.stringify(explanation.registry)).not.toMatch(/RCD|200000002499/);
});

it('holds nothing beyond the requested scope', async () => {
  const { version } = snapshots.at(-1)!;
  const back = await registryAt(pool, version, { odsCodes: ['RCD'], clientIds: [] });
  expect([...back.organisations.keys()]).toEqual(['RCD']);
  expect(back.clients.size).toBe(0);
});
