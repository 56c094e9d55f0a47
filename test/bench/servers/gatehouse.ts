/** A whole Gatehouse before an upstream of the benchmark, with as many applications as a row needs. */
import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mintClientKey } from '@gatehouse/domain/input/opaque-key';
import pg from 'pg';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { callKms, type Stack, startStack } from '../../support/servers/stack.ts';
import type { Later } from '../benchmark.ts';
import type { Target } from '../load/target.ts';
import { fillRegistry, type SharedSigningKey } from './registry-data.ts';

export const CODE_SYSTEM = '/FHIR/STU3/CodeSystem/SPECIALTY';
const ENVIRONMENT = 'int';

export interface BenchGatehouse {
  readonly stack: Stack;
  /** Client keys, one for each application. */
  readonly keys: readonly string[];
  /** Starts a gateway that serves the partner listener alone; others serve the rest, as in production. */
  startMeasured(settings?: Readonly<Record<string, string>>): Promise<GatewayProcess>;
  /** The settings of gateways with the limit of production; without them they have none. */
  readonly limited: Readonly<Record<string, string>>;
}

/** Of one application in production (docs/reference/protocol-facts.md §1.6). */
export const REQUESTS_PER_MINUTE = 600;
/** So many that no limit is kept. */
const UNLIMITED = 60_000_000;

/** @param apiBaseUrl where the gateways send requests; the simulator only issues tokens and signs */
export async function startGatehouse(
  later: Later,
  apiBaseUrl: string,
  applications: number,
): Promise<BenchGatehouse> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  later(() => rm(folder, { recursive: true }));
  const stack = await startStack({ environments: [ENVIRONMENT], replicas: 0, logFolder: folder });
  later(() => stack.stop());
  const settingsAt = async (requestsPerMinute: number): Promise<Record<string, string>> => {
    const file = join(folder, `environments-${requestsPerMinute}.json`);
    const { tokenUrl } = stack.simulator;
    const environment = { name: ENVIRONMENT, kind: 'authenticated', tokenUrl, apiBaseUrl, redirectHosts: [] };
    await writeFile(file, JSON.stringify({ environments: [{ ...environment, requestsPerMinute }] }));
    return { GATEHOUSE_ENVIRONMENTS: file };
  };
  const settings = await settingsAt(UNLIMITED);
  const signingKey = await createSigningKey(stack.simulator.kmsUrl);
  await fillRegistry(stack.database, applications, { signingKey, productsEach: 1 });
  const keys = await addClients(stack.database.superuserUrl, applications);
  const others = await stack.startGateway({ ...settings, GATEHOUSE_ROLES: 'admin,public,worker' });
  await addToApim(stack, others.public, applications);
  return {
    stack,
    keys,
    limited: await settingsAt(REQUESTS_PER_MINUTE),
    startMeasured: (more = {}) =>
      stack.startGateway({ ...settings, GATEHOUSE_ROLES: 'partner', GATEHOUSE_LOG_LEVEL: 'info', ...more }),
  };
}

/** Calls reference data, which has no patient. */
export const readTarget = (gateway: GatewayProcess, keys: readonly string[]): Target => ({
  origin: gateway.partner,
  path: CODE_SYSTEM,
  keys,
});

/** Waits until each binding has its token. @throws if a request is refused */
export async function mintTokens(target: Target): Promise<void> {
  const queue = target.keys.values();
  const worker = async (): Promise<void> => {
    for (const key of queue) {
      const answer = await fetch(target.origin + CODE_SYSTEM, {
        headers: { authorization: `Bearer ${key}` },
      });
      if (answer.status !== 200) throw new Error(`a first request: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** One key in KMS for all applications: to make an RSA key of 4,096 bits takes most of a second. */
async function createSigningKey(kmsUrl: string): Promise<SharedSigningKey> {
  const { KeyMetadata } = await callKms<{ KeyMetadata: { KeyId: string } }>(kmsUrl, 'CreateKey', {
    KeySpec: 'RSA_4096',
    KeyUsage: 'SIGN_VERIFY',
  });
  const { PublicKey } = await callKms<{ PublicKey: string }>(kmsUrl, 'GetPublicKey', {
    KeyId: KeyMetadata.KeyId,
  });
  const key = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
  const { kty, n, e } = key.export({ format: 'jwk' });
  return { id: KeyMetadata.KeyId, publicJwk: { kty, n, e } };
}

/** Gives each application a client that is granted nothing else. */
async function addClients(superuserUrl: string, applications: number): Promise<string[]> {
  const minted = Array.from({ length: applications }, () => mintClientKey(ENVIRONMENT, randomBytes));
  const client = new pg.Client(superuserUrl);
  await client.connect();
  await client.query(`UPDATE message_set SET interactions = '{A004,A005,A042}' WHERE name = 'provider-read'`);
  await client.query(
    `INSERT INTO client (id, name, environment)
      SELECT lpad(n::text, 32, '0')::uuid, 'client-' || n, '${ENVIRONMENT}' FROM generate_series(1, ${applications}) AS n`,
  );
  await client.query(
    `INSERT INTO client_grant (client_id, ods_code, product, access_mode, capability)
      SELECT lpad(n::text, 32, '0')::uuid, 'X' || n, 'P0', 'application-restricted', 'provider'
      FROM generate_series(1, ${applications}) AS n`,
  );
  await client.query(
    `INSERT INTO client_credential (key_id, client_id, secret_hash, created_by, expires_at)
      SELECT id, lpad(n::text, 32, '0')::uuid, hash, 'bench', now() + interval '300 days'
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS minted (id, hash, n)`,
    [minted.map(({ id }) => id), minted.map(({ key }) => createHash('sha256').update(key).digest('hex'))],
  );
  await client.end();
  return minted.map(({ key }) => key);
}

/** Adds the applications to the simulator's APIM. */
async function addToApim(stack: Stack, publicUrl: string, applications: number): Promise<void> {
  for (let n = 1; n <= applications; n += 1) {
    await stack.simulator.control('PUT', `/apps/key-${n}-0`, {
      name: `application ${n}`,
      products: ['application-restricted'],
      attributes: {
        asid: String(n * 3).padStart(12, '0'),
        'jwks-resource-url': `${publicUrl}/jwks/${String(n * 3).padStart(22, 'j')}`,
        'app-restricted-ods-code': `X${n}`,
        'app-restricted-user-id': '555073103100',
        'app-restricted-business-function': 'PROVIDER_AUTHORISED_APPLICATION',
      },
    });
  }
}
