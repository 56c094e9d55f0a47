/** What the corpus runs against: two tenants, their credentials, and everything in which a request may leave a trace. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mintClientKey } from '@gatehouse/domain/input/opaque-key';
import { onboard, type Onboarded, worklistBody } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { addPerson, registerSupplier, signIn } from '../support/users/onboard-users.ts';

export interface UpstreamHit {
  readonly n: number;
  readonly target: 'token' | 'ers' | 'kms' | 'object-store';
  readonly method: string;
  readonly path: string;
  /** As received, but Authorization is replaced by its SHA-256. */
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyBytes: number;
  readonly correlationId?: string;
  readonly apiKey?: string;
  readonly odsCode?: string;
  readonly asid?: string;
  readonly accessMode?: string;
}

export interface AuditRow {
  readonly seq: string;
  readonly kind: 'INTENT' | 'OUTCOME' | 'END' | 'DENIED' | 'SYSTEM';
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Mark {
  readonly hit: number;
  readonly seq: string;
  readonly parseErrors: number;
  readonly logLength: number;
}

/** What has happened since a mark. */
export interface Traces {
  readonly token: readonly UpstreamHit[];
  readonly resource: readonly UpstreamHit[];
  readonly rows: readonly AuditRow[];
  readonly parseErrors: number;
  readonly log: string;
}

export interface World {
  readonly stack: Stack;
  readonly writer: string;
  /** The value of a placeholder of the corpus. WORKLIST is different each time, since each may be fetched twice a day. */
  placeholder(name: string): string | undefined;
  readonly applications: {
    readonly aProvider: Onboarded;
    readonly aReferrer: Onboarded;
    readonly aUser: Onboarded;
    readonly bProvider: Onboarded;
    readonly bReferrer: Onboarded;
    readonly cold: Onboarded;
  };
  mark(): Promise<Mark>;
  since(mark: Mark): Promise<Traces>;
  parseErrors(): Promise<number>;
  /** The corpus needs many worklists, since each may be fetched only twice a day. */
  newDay(): Promise<unknown>;
  /** Everything that must not appear in a log or a table. */
  readonly secrets: readonly string[];
}

/** For A020. */
const FILE = 'a letter\n';
/** A healthcare worker with roles at both organisations of tenant A. */
const USER = '700000000100';
/** Service ids of the simulator, all of the same length. */
const SERVICES = ['11000', '11002', '11012', '11013', '11014', '11021'];

export async function startWorld(): Promise<World> {
  // The corpus calls faster than e-RS allows, so calls are queued and not refused.
  const stack = await startStack({ worker: false, settings: { GATEHOUSE_RATE_QUEUE_MS: '10000' } });
  try {
    return await inhabit(stack);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function inhabit(stack: Stack): Promise<World> {
  const onboarded = await onboard(stack, [
    { odsCode: 'R69', capability: 'provider' },
    { odsCode: 'R69', capability: 'referrer' },
    { odsCode: 'R69', accessMode: 'user-restricted' },
    { odsCode: 'X26', capability: 'provider' },
    { odsCode: 'X26', capability: 'referrer' },
    { odsCode: 'RCD', capability: 'provider' },
    { odsCode: 'RCD', accessMode: 'user-restricted' },
  ]);
  const [aProvider, aReferrer, aUser, bProvider, bReferrer, cold] = onboarded as [
    Onboarded,
    Onboarded,
    Onboarded,
    Onboarded,
    Onboarded,
    Onboarded,
  ];
  // Tenant A has R69 and RCD, and its users work for both.
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      clients: [
        {
          name: aUser.client,
          environment: 'local',
          grants: ['R69', 'RCD'].map((organisation) => ({
            organisation,
            product: 'ReferWell',
            accessMode: 'user-restricted',
          })),
        },
      ],
    },
  });
  await addPerson(stack, {
    userId: USER,
    roles: {
      R69: ['REFERRING_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN'],
      RCD: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
    },
  });
  await registerSupplier(stack);
  const session = await signIn(stack, aUser.clientKey, USER);
  // Both tenants may read the same referral, so that only their identity distinguishes their calls.
  await stack.simulator.control('POST', '/options', { relationships: 'any' });

  const apim = await stack.simulator.control<{ access_token: string }>('POST', '/tokens', {
    apiKey: aProvider.apiKey,
    authType: 'app',
  });
  const special = await mintSpecial(stack);
  const placeholders = new Map([
    ['A_APP_PROVIDER', aProvider.clientKey],
    ['A_APP_REFERRER', aReferrer.clientKey],
    // A signed-in user is the client’s key and the handle of the session.
    ['A_USER_AAL3', `${aUser.clientKey}\r\nGatehouse-User-Session: ${session.handle}`],
    ['B_APP_PROVIDER', bProvider.clientKey],
    ['A_EXPIRED', special.expired],
    ['A_DISABLED_TENANT', special.suspended],
    ['A_INT_ENV', special.foreign],
    ['APIM_ACCESS_TOKEN_A', apim.access_token],
    ['A_ADMIN_SID', stack.adminToken],
    ['A_ID_TOKEN', idToken()],
    ['LEN', String(FILE.length)],
    ['BODY', FILE],
    // The length in hex, for chunked bodies.
    ['WORKLIST_HEX', worklistBody(SERVICES[0]).length.toString(16)],
  ]);

  // The admin listener has its own chain; a rejected call is recorded in that of the partner listener.
  await fetch(stack.gateway.partner);
  const { rows } = await stack.sql.query<{ writer: string }>(
    `SELECT writer FROM audit.event WHERE kind = 'DENIED' LIMIT 1`,
  );
  const writer = rows[0]?.writer ?? '';
  const parseErrors = async (): Promise<number> => {
    const page = await (await fetch(`${stack.gateway.status}/metrics`)).text();
    return Number(/^gatehouse_parse_errors_total (\d+)/m.exec(page)?.[1] ?? 0);
  };
  const hitsAfter = (after: number): Promise<UpstreamHit[]> =>
    stack.simulator.control<UpstreamHit[]>('GET', `/requests?after=${after}`);
  let lastHit = 0;
  let nextService = 0;

  return {
    stack,
    writer,
    placeholder(name) {
      if (name === 'WORKLIST') return worklistBody(SERVICES[(nextService += 1) % SERVICES.length]);
      return placeholders.get(name);
    },
    applications: { aProvider, aReferrer, aUser, bProvider, bReferrer, cold },
    parseErrors,
    newDay: () => stack.sql.query('DELETE FROM worklist_use'),
    secrets: [
      ...onboarded.map(({ clientKey }) => clientKey),
      session.handle,
      ...[special.expired, special.suspended, special.foreign, stack.adminToken, apim.access_token],
    ],
    async mark() {
      const hits = await hitsAfter(lastHit);
      lastHit = hits.at(-1)?.n ?? lastHit;
      const head = await stack.sql.query<{ seq: string }>('SELECT seq FROM audit.writer WHERE writer = $1', [
        writer,
      ]);
      return {
        hit: lastHit,
        seq: head.rows[0]?.seq ?? '0',
        parseErrors: await parseErrors(),
        logLength: stack.gateway.logs().length,
      };
    },
    async since(mark) {
      const hits = await hitsAfter(mark.hit);
      const { rows: events } = await stack.sql.query<AuditRow>(
        `SELECT seq, kind, record FROM audit.event
         WHERE writer = $1 AND seq > $2 AND started_at > now() - interval '10 minutes' ORDER BY seq`,
        [writer, mark.seq],
      );
      return {
        token: hits.filter(({ target }) => target === 'token'),
        resource: hits.filter(({ target }) => target === 'ers'),
        rows: events,
        parseErrors: (await parseErrors()) - mark.parseErrors,
        log: stack.gateway.logs().slice(mark.logLength),
      };
    },
  };
}

/** Credentials that are no longer valid, or are valid elsewhere. */
async function mintSpecial(stack: Stack): Promise<{ expired: string; suspended: string; foreign: string }> {
  const client = (name: string, state: string): object => ({
    name,
    environment: 'local',
    state,
    grants: [
      {
        organisation: 'R69',
        product: 'ReferWell',
        accessMode: 'application-restricted',
        capability: 'provider',
      },
    ],
  });
  const apply = (...clients: object[]): Promise<unknown> =>
    stack.admin('POST', '/registry/apply', { document: { apiVersion: 'gatehouse/v1', clients } });
  const keyOf = (name: string): Promise<{ keyId: string; key: string }> =>
    stack.admin('POST', `/clients/local/${name}/keys`, {});

  await apply(client('expired', 'active'), client('suspended', 'active'));
  const [expired, suspended] = [await keyOf('expired'), await keyOf('suspended')];
  await apply(client('suspended', 'suspended'));
  // Keys last for days, so the test sets their end in the database.
  await stack.sql.query(
    `UPDATE client_credential SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day'
     WHERE key_id = $1`,
    [expired.keyId],
  );
  return { expired: expired.key, suspended: suspended.key, foreign: await foreignKey(stack) };
}

/**
 * A valid key for an environment that another deployment serves from the same database. The admin API of this
 * deployment can't create such a client.
 */
async function foreignKey(stack: Stack): Promise<string> {
  const { id, key } = mintClientKey('elsewhere', randomBytes);
  await stack.sql.query(
    `INSERT INTO environment (name, kind, four_eyes) VALUES ('elsewhere', 'authenticated', false)`,
  );
  await stack.sql.query(
    `WITH made AS (INSERT INTO client (name, environment) VALUES ('foreign', 'elsewhere') RETURNING id),
       granted AS (INSERT INTO client_grant (client_id, ods_code, product, access_mode, capability)
         SELECT id, 'R69', 'ReferWell', 'application-restricted', 'provider' FROM made)
     INSERT INTO client_credential (key_id, client_id, secret_hash, created_by, expires_at)
       SELECT $1, id, $2, 'test', now() + interval '1 day' FROM made`,
    [id, createHash('sha256').update(key).digest('hex')],
  );
  return key;
}

/** An ID token as a sign-in would bring it: well-formed, signed, and meant for somebody else. */
function idToken(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const nowS = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'cis2' })}.${part({
    iss: 'https://cis2.example',
    sub: '555073103100',
    aud: 'gatehouse',
    nonce: 'n-0S6_WzA2Mj',
    iat: nowS,
    exp: nowS + 300,
  })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey).toString('base64url')}`;
}
