/**
 * Rotation against a real PostgreSQL, KMS and APIM (the simulator), on clocks that a test moves: applications with a key, a
 * policy, their JWKS over HTTP, and as many workers as a test starts.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { changeRegistry, createPrisma, type Database } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { jwksBody, publishedKeys } from '@gatehouse/domain/apim/jwks';
import { dueStep } from '@gatehouse/domain/rotation/rotation';
import pg from 'pg';
import { noteJwksFetches } from '../../../apps/gateway/src/adapters/keys/jwks-fetches.ts';
import { addKey, setKeyState } from '../../../apps/gateway/src/adapters/keys/key-rows.ts';
import { readRotations } from '../../../apps/gateway/src/adapters/keys/rotations.ts';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { createCis2Canary } from '../../../apps/gateway/src/adapters/users/cis2-canary.ts';
import { type CanaryRefusal, createCanary } from '../../../apps/gateway/src/adapters/nhs/canary.ts';
import { openTokenTransport } from '../../../apps/gateway/src/adapters/nhs/token-transport.ts';
import { openRegistry, type Registry } from '../../../apps/gateway/src/adapters/registry/registry.ts';
import { run as plan } from '../../../apps/gateway/src/jobs/keys/key-rotation.job.ts';
import {
  type KeyRotationStepDeps,
  run as takeStep,
} from '../../../apps/gateway/src/jobs/keys/key-rotation-step.job.ts';
import { rotationDeps, rotationStepDeps } from '../../../apps/gateway/src/jobs/keys/rotation-parts.ts';
import { serveJwks } from '../../../apps/gateway/src/public/jwks.ts';
import { insert, seedApplication, seedBasics, valid } from '../../support/registry-rows.ts';
import { openLog } from '../../support/audit/audit-trail.ts';
import { createDatabase } from '../../support/servers/postgres.ts';
import { startSimulatorProcess } from '../../support/servers/processes.ts';

export interface RotatingApplication {
  readonly id: string;
  readonly odsCode: string;
  readonly apiKey: string;
  readonly jwksUrl: string;
  readonly firstKid: string;
}

export type RotationWorld = Awaited<ReturnType<typeof startRotationWorld>>;

const CALLBACK = 'http://127.0.0.1:9/auth/cis2/callback';
const CIS2_CLIENT = 'referwell-int';
const SERVED: ReadonlySet<string> = new Set(['int']);
const POLICY_BY = 'Pat Engineer, approved by Gwen Officer';

export async function startRotationWorld() {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const simulator = await startSimulatorProcess();
  await simulator.control('POST', '/options', { rateLimits: false });
  const database = await createDatabase();
  const sql = new pg.Pool({ connectionString: database.appUrl, max: 4 });
  await seedBasics(sql);
  const db: Database = createPrisma(database.appUrl);
  const kms: Kms = openKms({
    ...{ region: 'eu-west-2', endpoint: simulator.kmsUrl, timeoutMs: 20_000 },
    proxy: null,
  });
  const registry: Registry = await openRegistry({
    databaseUrl: database.appUrl,
    onError: () => undefined,
    onConfirmed: () => undefined,
  });
  let offsetMs = 0;
  const now = (): number => Date.now() + offsetMs;
  const onFetched = noteJwksFetches(db, now, () => undefined);
  const listener = createServer(serveJwks(() => registry.current(), onFetched));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}`;
  const transport = openTokenTransport({
    ...{ connectMs: 2_000, totalMs: 10_000, proxy: null, reserve: null },
    onDate: () => undefined,
  });
  const trail = await openLog(database.appUrl);
  const events: SystemEvent[] = [];
  const stuck: number[] = [];
  let applications = 0;
  const canary = createCanary({
    ...{ kms, transport, tokenUrlOf: () => simulator.tokenUrl, now },
    killPoint: () => undefined,
  });

  const cis2Canary = createCis2Canary({
    ...{ kms, now, redirectUri: CALLBACK },
    issuerOf: () => simulator.cis2Issuer,
  });

  const stepDeps = (environments = SERVED): KeyRotationStepDeps =>
    rotationStepDeps({
      ...{
        environments,
        db,
        keyService: kms,
        canary,
        cis2Canary,
        publicUrl,
        now,
        killPoint: () => undefined,
      },
      snapshot: () => registry.current(),
      audit: {
        async system(event) {
          await trail.system(event);
          events.push(event);
        },
      },
      log: { info: () => undefined, warn: () => undefined },
    });

  /** Until this process has loaded what the database holds. */
  async function settled(): Promise<void> {
    const { version } = await db.registryHead.findUniqueOrThrow({ where: { id: 1 } });
    while (registry.current().version < Number(version))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  const keysOf = (id: string) =>
    db.signingKey.findMany({
      where: { OR: [{ applicationId: id }, { cis2ClientId: id }] },
      orderBy: { createdAt: 'asc' },
    });

  return {
    ...{ db, sql, kms, simulator, registry, events, stuck, publicUrl, now, stepDeps, settled, keysOf },
    /** What a worker in a process of its own needs. */
    workerSettings: () => ({
      ...{ databaseUrl: database.appUrl, kmsUrl: simulator.kmsUrl, tokenUrl: simulator.tokenUrl },
      ...{ publicUrl, offsetMs, environment: 'int' },
    }),
    /** As a call does when its token has expired. @returns null: API Management has issued a token */
    async askForToken(id: string): Promise<CanaryRefusal> {
      await settled();
      const application = [...registry.current().applicationsByJwksId.values()].find(
        (each) => each.id === id,
      );
      const key = application?.signingKeys.find(({ state }) => state === 'ACTIVE');
      if (application === undefined || key === undefined) throw new Error('no key signs');
      return canary(application, key);
    },
    async moveTo(ms: number): Promise<void> {
      offsetMs = ms - Date.now();
      await simulator.control('POST', '/clock', { offsetMs });
    },
    /** A live application with an ACTIVE key whose JWKS API Management knows. */
    async addApplication(accessMode = 'application-restricted'): Promise<RotatingApplication> {
      applications += 1;
      const odsCode = `T${applications}`;
      await insert(sql, 'organisation', { ods_code: odsCode, name: `Synthetic Trust ${odsCode}` });
      const apiKey = `api-key-${randomUUID()}`;
      const capability = accessMode === 'user-restricted' ? null : 'provider';
      const { applicationId: id } = await seedApplication(sql, odsCode, {
        ...{ api_key: apiKey, access_mode: accessMode, capability },
      });
      const { value: firstKid } = await changeRegistry(db, { actor: 'test' }, async (transaction) => {
        const at = new Date(now());
        const owner = { kind: 'application', id, environment: 'int' } as const;
        const created = await kms.createSigningKey({ applicationId: id, odsCode, environment: 'int' });
        const kid = await addKey(transaction, owner, created, at);
        await setKeyState(transaction, { kid, state: 'PENDING' }, 'PUBLISHED', at);
        await setKeyState(transaction, { kid, state: 'PUBLISHED' }, 'ACTIVE', at);
        return kid;
      });
      const { jwksId } = await db.application.findUniqueOrThrow({ where: { id } });
      const jwksUrl = `${publicUrl}/jwks/${jwksId}`;
      await simulator.control('PUT', `/apps/${apiKey}`, {
        products: [accessMode],
        attributes: { asid: '200000002454', 'jwks-resource-url': jwksUrl },
      });
      await settled();
      return { id, odsCode, apiKey, jwksUrl, firstKid };
    },
    /** The CIS2 client of ReferWell, with an ACTIVE key that CIS2 knows. */
    async addCis2Client(): Promise<string> {
      const id = randomUUID();
      await insert(sql, 'cis2_client', valid.cis2_client({ id, registered_client_id: CIS2_CLIENT }));
      await changeRegistry(db, { actor: 'test' }, async (transaction) => {
        const at = new Date(now());
        const owner = { kind: 'cis2-client', id, environment: 'int' } as const;
        const created = await kms.createSigningKey({ cis2ClientId: id, environment: 'int' });
        const kid = await addKey(transaction, owner, created, at);
        await setKeyState(transaction, { kid, state: 'PENDING' }, 'PUBLISHED', at);
        await setKeyState(transaction, { kid, state: 'PUBLISHED' }, 'ACTIVE', at);
      });
      await settled();
      return id;
    },
    /** What CIS2 knows of that client. */
    async registerWithCis2(jwksId: string): Promise<void> {
      await simulator.control('PUT', `/cis2/clients/${CIS2_CLIENT}`, {
        redirectUris: [CALLBACK],
        jwksUrl: `${publicUrl}/jwks/${jwksId}`,
        auth: 'private_key_jwt',
        signingAlgorithm: 'RS512',
        idTokenAlgorithm: 'RS256',
      });
    },
    async setPolicy(odsCode: string | null, everyDays: number): Promise<string> {
      const data = { odsCode, productName: 'ReferWell', environmentName: 'int', everyDays };
      const { value } = await changeRegistry(db, { actor: POLICY_BY }, (transaction) =>
        transaction.rotationPolicy.create({ data }),
      );
      return value.id;
    },
    /** Takes every step that is due, one after another, as the two jobs do. @returns the steps that were taken */
    async catchUp(ownerId: string, deps = stepDeps()): Promise<string[]> {
      const taken: string[] = [];
      for (let steps = 0; steps < 20; steps += 1) {
        await settled();
        const [rotation] = await readRotations(db, ownerId);
        if (rotation === undefined || rotation.notBeforeMs > now()) return taken;
        const due = dueStep(rotation, now());
        if (due === null) return taken;
        await takeStep(deps, ownerId);
        taken.push(due.step);
      }
      throw new Error(`too many steps: ${taken.join(', ')}`);
    },
    async plan(environments = SERVED): Promise<string[]> {
      await plan(rotationDeps({ db, environments, now }, (count) => stuck.push(count)));
      const rows = await db.backgroundJob.findMany({ where: { job: 'key-rotation-step', state: 'waiting' } });
      return rows.map(({ payload }) => (payload as { owner: string }).owner);
    },
    statesOf: async (id: string) => (await keysOf(id)).map(({ state }) => state),
    publishedBody: (jwksId: string) => jwksBody(publishedKeys(registry.current(), jwksId) ?? []),
    rotation: async (id: string) => (await readRotations(db, id))[0],
    insertRow: (table: string, row: Record<string, unknown>) => insert(sql, table, row),
    async close(): Promise<void> {
      transport.close();
      kms.close();
      listener.closeAllConnections();
      listener.close();
      await registry.close();
      await trail.close();
      await db.$disconnect();
      await sql.end();
      await database.drop();
      await simulator.stop();
    },
  };
}
