/** The admin API on a free port over a real database, with a clock that can be moved. */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  API_PREFIX,
  type AnswerOf,
  type RequestOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import { createPrisma, type Database } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { TOKEN_SCOPES as SCOPES, type TokenScope } from '@gatehouse/domain/governance/permissions';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { createAdminApp } from '../../apps/gateway/src/admin/http/app.ts';
import type { AdminDeps } from '../../apps/gateway/src/admin/deps.module.ts';
import { Transactions } from '../../apps/gateway/src/admin/http/transactions.ts';
import { type NewToken, TokensStore } from '../../apps/gateway/src/admin/tokens/tokens.store.ts';
import { createDatabase, type TestDatabase } from './servers/postgres.ts';

export type TestScope = TokenScope;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of any shape: which one is what the tests are about. */
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface Harness {
  readonly db: Database;
  readonly database: TestDatabase;
  readonly url: string;
  readonly clock: { ms: number };
  readonly tokens: Readonly<Record<TestScope | 'all', string>>;
  readonly systemEvents: SystemEvent[];
  readonly logged: string[];
  call(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Calls a route and expects it to be answered with 200. */
  ok<N extends RouteName>(name: N, request?: Partial<RequestOf<N>>, token?: string): Promise<AnswerOf<N>>;
  close(): Promise<void>;
}

/** RSA 2048 is quick to make; what the store keeps is the same. */
export const fakeKeyService: AdminDeps['keyService'] = {
  createSigningKey: () => {
    const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const publicJwk = { kty: 'RSA', n: n ?? '', e: e ?? '' } as const;
    const thumbprint = createHash('sha256')
      .update(JSON.stringify({ e, kty: 'RSA', n }))
      .digest('base64url');
    return Promise.resolve({ arn: `arn:aws:kms:test:key/${thumbprint}`, publicJwk, thumbprint });
  },
};

/** A new admin token, made as the admin API makes it. */
export async function createToken(db: Database, token: NewToken, nowMs: number): Promise<string> {
  const store = new TokensStore(db, () => nowMs, randomBytes);
  const change = { actor: 'test' };
  const created = await new Transactions(db).run(change, (transaction) =>
    store.create(transaction, change, token),
  );
  return created.token;
}

async function* nothing(): AsyncGenerator<Record<string, unknown>> {}

/** What a test puts in place of a part: as it is, or made over the test's database. */
type Overrides = Partial<AdminDeps> | ((database: TestDatabase) => Promise<Partial<AdminDeps>>);

export async function startAdmin(overrides: Overrides = {}): Promise<Harness> {
  const database = await createDatabase();
  const db = createPrisma(database.appUrl);
  const clock = { ms: Date.parse('2026-03-02T09:00:00Z') };
  const systemEvents: SystemEvent[] = [];
  const logged: string[] = [];
  const deps: AdminDeps = {
    db,
    now: () => clock.ms,
    randomBytes,
    publicUrl: 'https://gatehouse.example',
    consoleOrigin: 'https://console.gatehouse.example',
    environments: new Map([
      ['int', { kind: 'authenticated' }],
      ['prod', { kind: 'authenticated' }],
      ['sandbox', { kind: 'open' }],
    ]),
    interactions: new Set(CATALOGUE.map(({ interaction }) => interaction)),
    keyService: fakeKeyService,
    secretBox: {
      seal: (secret) =>
        Promise.resolve(Buffer.from(`sealed:${createHash('sha1').update(secret).digest('hex')}`)),
    },
    changeBox: {
      seal: (secret, context) => Promise.resolve(new Uint8Array(Buffer.from(`${context}:${btoa(secret)}`))),
      open: (sealed, context) => {
        const [row, secret = ''] = Buffer.from(sealed).toString().split(':');
        if (row !== context) throw new Error('sealed for another row');
        return Promise.resolve(atob(secret));
      },
    },
    explain: (request, actor) => Promise.resolve({ explained: request.path, actor }),
    explainPast: () => Promise.reject(new Error('no trail')),
    auditTrail: {
      list: () => Promise.resolve({ items: [{ kind: 'INTENT' }], next: null }),
      hashesOf: () => Promise.resolve(['ab'.repeat(32)]),
      search: () => Promise.resolve({ items: [{ kind: 'OUTCOME' }], next: null }),
      follow: nothing,
      all: nothing,
      story: () => Promise.resolve(null),
      hours: () => Promise.resolve([]),
      minutes: () => Promise.resolve([]),
      identifiers: () => Promise.resolve([]),
      export: nothing,
      requestsByBinding: () => Promise.resolve(new Map()),
      record: (event) => {
        systemEvents.push(event);
        return Promise.resolve();
      },
    },
    log: {
      info: () => undefined,
      error: (facts) => logged.push(JSON.stringify(facts)),
    },
    ...(typeof overrides === 'function' ? await overrides(database) : overrides),
  };
  const app = await createAdminApp(deps);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const mint = async (scopes: readonly TestScope[]) => {
    const expiresAtMs = clock.ms + 400 * 86_400_000;
    return createToken(db, { label: scopes.join('+'), scopes, staffId: null, expiresAtMs }, clock.ms);
  };
  const tokens = {
    registry: await mint(['registry']),
    governance: await mint(['governance']),
    audit: await mint(['audit']),
    all: await mint(SCOPES),
  };

  const call: Harness['call'] = async (method, path, body, token = tokens.all, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const lines = response.headers.get('content-type')?.includes('ndjson') === true;
    const parsed = lines
      ? text
          .trim()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : text === ''
        ? null
        : JSON.parse(text);
    return { status: response.status, headers: response.headers, text, body: parsed };
  };

  return {
    db,
    database,
    url,
    clock,
    tokens,
    systemEvents,
    logged,
    call,
    async ok(name, request = {}, token = tokens.all) {
      const route: RouteContract = routes[name];
      const {
        params = {},
        query = {},
        body,
      } = request as { params?: object; query?: object; body?: unknown };
      const answer = await call(route.method, pathOf(route, params, query), body, token);
      if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    async close() {
      await app.close();
      await db.$disconnect();
      await database.drop();
    },
  };
}

export function pathOf(route: RouteContract, params: object = {}, query: object = {}): string {
  const path = route.path.replaceAll(
    /:([a-zA-Z]+)/g,
    (_all, name: string) => (params as Readonly<Record<string, string>>)[name] ?? 'x',
  );
  const search = new URLSearchParams(query as Record<string, string>).toString();
  return `${API_PREFIX}${path}${search === '' ? '' : `?${search}`}`;
}

/** One organisation with one application, ready for everything else. */
export const smallDocument = {
  apiVersion: 'gatehouse/v1',
  organisations: [
    { odsCode: 'R69', name: 'Example NHS Trust' },
    { odsCode: 'RCD', name: 'Other NHS Trust' },
  ],
  products: [{ name: 'ReferWell' }],
  messageSets: [{ name: 'provider-read', interactions: ['A004', 'A005', 'A008'] }],
  applications: [
    {
      organisation: 'R69',
      product: 'ReferWell',
      environment: 'int',
      accessMode: 'application-restricted',
      capability: 'provider',
      asid: '200000002454',
      apiKey: 'r69IntKey0123456789abcdefKKLL',
      messageSets: ['provider-read'],
      state: 'live',
    },
    {
      organisations: ['R69', 'RCD'],
      product: 'ReferWell',
      environment: 'int',
      accessMode: 'user-restricted',
      asid: '200000002455',
      apiKey: 'userIntKey0123456789abcdefMMNN',
      apiSecret: 'TopSecretOfTheUserApp',
      messageSets: ['provider-read'],
    },
  ],
  clients: [
    {
      name: 'worklist-sync',
      environment: 'int',
      grants: [
        {
          organisation: 'R69',
          product: 'ReferWell',
          accessMode: 'application-restricted',
          capability: 'provider',
        },
      ],
    },
  ],
} as const;

export const r69 = {
  environment: 'int',
  organisation: 'R69',
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
} as const;
