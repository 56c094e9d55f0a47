/** The admin API on a free port over a real database, KMS and audit trail, with a clock that can be moved. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  API_PREFIX,
  type AnswerOf,
  type RequestOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import type { Database } from '@gatehouse/db/client';
import { TOKEN_SCOPES as SCOPES, type TokenScope } from '@gatehouse/domain/governance/permissions';
import type { AdminDeps } from '../../apps/gateway/src/admin/deps.module.ts';
import { Transactions } from '../../apps/gateway/src/admin/http/transactions.ts';
import { type NewToken, TokensStore } from '../../apps/gateway/src/admin/tokens/tokens.store.ts';
import { readConfig } from '../../apps/gateway/src/config/config.ts';
import { openAdmin } from '../../apps/gateway/src/process/admin.ts';
import { createLog } from '../../apps/gateway/src/process/log.ts';
import { openParts, type Parts } from '../../apps/gateway/src/process/parts.ts';
import { createMetrics } from '../../apps/gateway/src/status/metrics.ts';
import { createDatabase, type TestDatabase } from './servers/postgres.ts';
import { type MarkedRows, markRows } from './servers/rewind.ts';
import { SETTINGS_VARIABLE } from './servers/simulator-server.ts';
import { until } from './until.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of any shape, because the shape is what the tests check. */
  readonly body: ReturnType<typeof JSON.parse>;
}

type Call = [method: string, path: string, body?: unknown, token?: string, headers?: Record<string, string>];

/** The admin API as process/gateway.ts opens it, with its own database. */
export interface AdminApi {
  readonly db: Database;
  readonly database: TestDatabase;
  readonly url: string;
  readonly clock: { ms: number };
  readonly tokens: Readonly<Record<TokenScope | 'all', string>>;
  /** The parts that it uses: the audit trail, KMS, the registry and more. */
  readonly parts: Parts;
  /** The lines that it has logged. */
  readonly logged: string[];
  /** The facts of all SYSTEM events with this name, in the order in which they were written. */
  systemEvents(event: string): Promise<Record<string, unknown>[]>;
  /** Calls a path, by default with a token that has every scope, and reads the whole answer. */
  call(...request: Call): Promise<Answer>;
  /** The same, but leaves the body for the test to read or cancel. */
  begin(...request: Call): Promise<Response>;
  /** Calls a route and expects it to be answered with 200. */
  ok<N extends RouteName>(name: N, request?: Partial<RequestOf<N>>, token?: string): Promise<AnswerOf<N>>;
  /** Starts another one over the same database, and closes it. */
  startAgain(replacements: Partial<AdminDeps>): Promise<void>;
  /** Remembers all rows and the clock, once what every test of a file needs is there. */
  mark(): Promise<void>;
  /** Puts all rows and the clock back to where they were marked, and forgets what was logged. */
  rewind(): Promise<void>;
  /** Waits until the snapshot has what the database has. */
  upToDate(): Promise<void>;
  close(): Promise<void>;
}

/** Creates an admin token as the admin API does. */
export async function createToken(db: Database, token: NewToken, nowMs: number): Promise<string> {
  const store = new TokensStore(db, () => nowMs, randomBytes, 30 * 86_400_000);
  const change = { actor: 'test' };
  const created = await new Transactions(db).run(change, (transaction) =>
    store.create(transaction, change, token),
  );
  return created.token;
}

/**
 * @param replacements dependencies that a test replaces
 * @param settings in addition to those that every test has
 */
export async function startAdmin(
  replacements: Partial<AdminDeps> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<AdminApi> {
  const database = await createDatabase();
  const clock = { ms: Date.parse('2026-03-02T09:00:00Z') };
  const logged: string[] = [];
  const config = readConfig({
    ...(JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as Record<string, string>),
    DATABASE_URL: database.appUrl,
    GATEHOUSE_PUBLIC_URL: 'https://gatehouse.example',
    GATEHOUSE_CONSOLE_URL: 'https://console.gatehouse.example',
    GATEHOUSE_LOG_LEVEL: 'error',
    ...settings,
  });
  const log = createLog(config.logLevel, { write: (line: string) => logged.push(line) });
  const parts = await openParts(config, log, createMetrics());
  const { prisma: db } = parts;
  const app = await openAdmin(config, log, parts, {
    now: () => clock.ms,
    ...replacements,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const mint = async (scopes: readonly TokenScope[]) => {
    // Longer than any test moves the clock, which some set to the real time.
    const expiresAtMs = Date.UTC(2999, 0);
    return createToken(
      db,
      { label: scopes.join('+'), scopes, staffId: null, parentTokenId: null, expiresAtMs },
      clock.ms,
    );
  };
  const tokens = {
    registry: await mint(['registry']),
    governance: await mint(['governance']),
    audit: await mint(['audit']),
    all: await mint(SCOPES),
  };

  const begin: AdminApi['begin'] = (method, path, body, token = tokens.all, headers = {}) =>
    fetch(url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const call: AdminApi['call'] = async (...request) => {
    const response = await begin(...request);
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

  const version = async () => Number((await db.registryHead.findFirstOrThrow()).version);
  const upToDate = async () => void (await parts.registry.refresh(await version()));
  let marked: { readonly rows: MarkedRows; readonly version: number; readonly ms: number } | undefined;

  return {
    db,
    database,
    parts,
    url,
    clock,
    tokens,
    logged,
    begin,
    call,
    async systemEvents(event) {
      const rows = await db.$queryRaw<{ facts: Record<string, unknown> }[]>`
        SELECT record -> 'facts' AS facts FROM audit.event WHERE event = ${event} ORDER BY writer, seq`;
      return rows.map(({ facts }) => facts);
    },
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
    async startAgain(more) {
      const again = await openAdmin(config, log, parts, { ...replacements, ...more });
      await again.close();
    },
    async mark() {
      marked = { rows: await markRows(database.superuserUrl), version: await version(), ms: clock.ms };
    },
    async rewind() {
      if (marked === undefined) throw new Error('nothing was marked');
      const { rows, version: markedVersion, ms } = marked;
      // A reading that had begun before could otherwise end after the next test’s first change.
      await upToDate();
      await rows.rewind();
      await until('the snapshot is the marked one', () => parts.registry.current().version === markedVersion);
      clock.ms = ms;
      logged.length = 0;
    },
    upToDate,
    async close() {
      await app.close();
      await parts.close();
      await marked?.rows.close();
      await database.drop();
    },
  };
}

let spare: AdminApi | undefined;

/**
 * One without replacements, which the files of a worker use one after another: closed, it puts its rows back for the next
 * file. Not for a file that changes the schema or needs a trail without gaps, since a trail goes on from its last record.
 */
export async function borrowAdmin(): Promise<AdminApi> {
  const admin = spare ?? (await startAdmin());
  if (spare === undefined) await admin.mark();
  spare = undefined;
  return {
    ...admin,
    async close() {
      await admin.rewind();
      spare = admin;
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

/** A registry file with two organisations, one application of each access mode, and a client. */
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
