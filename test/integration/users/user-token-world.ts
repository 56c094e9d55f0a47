/**
 * A user's tokens against a real PostgreSQL, KMS and APIM (the simulator): an application with a key, sessions with an
 * ID token of CIS2, and as many replicas as a test starts.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TokenForm } from '@gatehouse/domain/apim/token-request';
import { GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Application, SigningKey } from '@gatehouse/domain/registry/registry';
import pg from 'pg';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { createSecretBox } from '../../../apps/gateway/src/adapters/kms/secret-box.ts';
import type { TokenEvent } from '../../../apps/gateway/src/adapters/nhs/access-token.ts';
import {
  openTokenTransport,
  type TokenHttpAnswer,
  type TokenTransport,
} from '../../../apps/gateway/src/adapters/nhs/token-transport.ts';
import { openUserTokens } from '../../../apps/gateway/src/adapters/users/tokens/open-user-tokens.ts';
import { createUserDataKeys } from '../../../apps/gateway/src/adapters/users/data-keys.ts';
import { createTokenBox } from '../../../apps/gateway/src/adapters/users/token-box.ts';
import type { UserTokens } from '../../../apps/gateway/src/adapters/users/tokens/user-tokens.ts';
import { insert, seedBasics, valid } from '../../support/registry-rows.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../../support/servers/processes.ts';
import { createAuditKey } from '../../support/servers/stack.ts';

const CIS2_CLIENT = 'referwell-int';
const TOKEN_MS = 10_000;

/** What a test can do to one replica. */
export interface Replica {
  readonly tokens: UserTokens;
  /** Stands between the replica and APIM. */
  onPost: ((form: TokenForm, send: () => Promise<TokenHttpAnswer>) => Promise<TokenHttpAnswer>) | null;
  isKmsAway: boolean;
  readonly events: TokenEvent[];
}

export interface ApimApplication {
  readonly id: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface Counters {
  readonly tokenExchanges: number;
  readonly tokenRefreshes: number;
  readonly refreshTokensReused: number;
  readonly kmsSigns: number;
}

export interface SignIn {
  readonly userId?: string;
  readonly level?: 2 | 3;
  readonly authenticatedAgoMs?: number;
  /** Claims of the ID token that are not what CIS2 would write. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Two people of the simulator, both at level 3. */
export const TOM = '656005750107';
export const ROSA = '656005750104';

export interface UserTokenWorld {
  readonly sql: pg.Pool;
  readonly simulator: SimulatorProcess;
  /** Added to the clock of all replicas; the simulator's is set with it. */
  setClock(offsetMs: number): Promise<void>;
  addApplication(products?: readonly string[]): Promise<ApimApplication>;
  /** A user who has just signed in. @returns the session's id, and the ID token */
  signIn(options?: SignIn): Promise<{ readonly sessionId: string; readonly idToken: string }>;
  plan(application: ApimApplication, sessionId: string): RoutePlan;
  startReplica(spendingMs?: number): Replica;
  counters(): Promise<Counters>;
  close(): Promise<void>;
}

export async function startUserTokenWorld(): Promise<UserTokenWorld> {
  const simulator = await startSimulatorProcess();
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  await simulator.control('POST', '/options', { rateLimits: false, idTokenLifeMs: 3_600_000 });
  const database: TestDatabase = await createDatabase();
  const sql = new pg.Pool({ connectionString: database.appUrl, max: 8 });
  await seedBasics(sql);
  const kms = openKms({ region: 'eu-west-2', endpoint: simulator.kmsUrl, timeoutMs: 20_000, proxy: null });
  const kmsKeyId = await createAuditKey(simulator.kmsUrl);
  const key = await signingKey(kms);
  const jwks = await serveJwks(key);
  await simulator.control('PUT', `/cis2/clients/${CIS2_CLIENT}`, {
    redirectUris: ['http://127.0.0.1:9/auth/cis2/callback'],
    jwksUrl: jwks.url,
    auth: 'private_key_jwt',
    signingAlgorithm: 'RS512',
    idTokenAlgorithm: 'RS256',
  });
  const clientId = randomUUID();
  await insert(sql, 'client', valid.client({ id: clientId }));

  let offsetMs = 0;
  const now = (): number => Date.now() + offsetMs;
  const box = createTokenBox(createUserDataKeys({ database: sql, kms, kmsKeyId, now }));
  const transports: TokenTransport[] = [];

  return {
    sql,
    simulator,
    async setClock(ms) {
      offsetMs = ms;
      await simulator.control('POST', '/clock', { offsetMs: ms });
    },
    async addApplication(products = ['user-restricted']) {
      const application = {
        id: randomUUID(),
        apiKey: `api-key-${randomBytes(8).toString('hex')}`,
        apiSecret: randomBytes(16).toString('hex'),
      };
      const sealed = await createSecretBox(kms, kmsKeyId).seal(application.apiSecret, application.id);
      await insert(
        sql,
        'application',
        valid.application({
          ...{ id: application.id, access_mode: 'user-restricted', capability: null },
          ...{
            api_key: application.apiKey,
            api_secret_sealed: sealed,
            api_secret_digest: randomBytes(32).toString('hex'),
          },
        }),
      );
      await simulator.control('PUT', `/apps/${application.apiKey}`, {
        products,
        apiSecret: application.apiSecret,
        attributes: { asid: '200000002454', 'jwks-resource-url': jwks.url },
      });
      return application;
    },
    async signIn({ userId = TOM, level = 3, authenticatedAgoMs = 0, claims = {} } = {}) {
      const { id_token: idToken } = await simulator.control<{ id_token: string }>('POST', '/cis2/id-tokens', {
        userId,
        clientId: CIS2_CLIENT,
        claims: { authentication_assurance_level: String(level), ...claims },
      });
      const sessionId = randomUUID();
      const place = {
        environment: 'int',
        ownerId: sessionId,
        applicationId: null,
        kind: 'id',
        generation: 0,
      } as const;
      await insert(sql, 'user_session', {
        ...{
          id: sessionId,
          handle_hash: randomBytes(32).toString('hex'),
          environment: 'int',
          client_id: clientId,
        },
        ...{ product: 'ReferWell', pattern: 'separate', user_id: userId },
        ...{
          authentication_level: level,
          identity_level: 3,
          authenticated_at: new Date(now() - authenticatedAgoMs),
        },
        id_token_sealed: await box.seal(idToken, place),
        id_token_expires_at: new Date(expiryOf(idToken)),
        ...{ created_at: new Date(now()), last_active_at: new Date(now()) },
      });
      return { sessionId, idToken };
    },
    plan({ id, apiKey }, sessionId) {
      const application = { id, apiKey, environment: 'int', signingKeys: [key] } as unknown as Application;
      return {
        binding: { id: `binding of ${id}`, odsCode: 'R69', application },
        ...{ registryVersion: 1, signingKey: key, identity: `${id} ${sessionId}` },
        user: { sessionId, userId: TOM, businessFunction: null, onBehalfOfUserId: null },
      };
    },
    startReplica(spendingMs = TOKEN_MS + 5_000) {
      const transport = openTokenTransport({
        connectMs: 2_000,
        totalMs: TOKEN_MS,
        proxy: null,
        reserve: null,
        onDate: () => undefined,
      });
      transports.push(transport);
      const events: TokenEvent[] = [];
      const state: Pick<Replica, 'onPost' | 'isKmsAway'> = { onPost: null, isKmsAway: false };
      const replicaKms = switched(kms, state);
      const tokens = openUserTokens({
        ...{ database: sql, kmsKeyId, spendingMs, now, kms: replicaKms },
        box: createTokenBox(createUserDataKeys({ database: sql, kms: replicaKms, kmsKeyId, now })),
        transport: {
          post(url, form, application) {
            const send = () => transport.post(url, form, application);
            return state.onPost === null ? send() : state.onPost(form, send);
          },
        },
        tokenUrlOf: () => simulator.tokenUrl,
        monotonicNow: () => performance.now() + offsetMs,
        onEvent: (event) => events.push(event),
        killPoint: () => undefined,
        endSession: (sessionId, { by, reason }) =>
          sql.query('SELECT end_user_sessions(ARRAY[$1]::uuid[], $2, $3, now())', [sessionId, by, reason]),
      });
      return Object.assign(state, { tokens, events });
    },
    counters: () => simulator.control<Counters>('GET', '/counters'),
    async close() {
      for (const transport of transports) transport.close();
      kms.close();
      await sql.end();
      await database.drop();
      jwks.server.closeAllConnections();
      jwks.server.close();
      await simulator.stop();
    },
  };
}

/** KMS as it is while it is there, and a failure of each call while it is away. */
function switched(kms: Kms, state: { readonly isKmsAway: boolean }): Kms {
  const answer =
    <A extends unknown[], R>(call: (...input: A) => Promise<R>, away: () => Error) =>
    (...input: A): Promise<R> =>
      state.isKmsAway ? Promise.reject(away()) : call(...input);
  const timeout = () => new Error('KMS is away');
  return {
    ...kms,
    signAssertion: answer(kms.signAssertion, () => new GatewayError('GW_SIGNING_UNAVAILABLE')),
    generateDataKey: answer(kms.generateDataKey, timeout),
    decrypt: answer(kms.decrypt, timeout),
  };
}

async function signingKey(kms: Kms): Promise<SigningKey> {
  const { arn, publicJwk, thumbprint } = await kms.createSigningKey({
    ...{ applicationId: randomUUID(), odsCode: 'R69', environment: 'int' },
  });
  const key = { id: randomUUID(), kid: 'kid-1', kmsKeyArn: arn, publicJwk, thumbprint, state: 'ACTIVE' };
  return { ...key, state: 'ACTIVE', publishedAtMs: 0, activatedAtMs: 0 };
}

async function serveJwks({ kid, publicJwk }: SigningKey): Promise<{ server: Server; url: string }> {
  const body = JSON.stringify({ keys: [{ ...publicJwk, kid, alg: 'RS512', use: 'sig' }] });
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/jwks/int/app` };
}

function expiryOf(idToken: string): number {
  const [, claims = ''] = idToken.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp: number }).exp * 1000;
}
