/**
 * Probes on schedule: every answer of NHS England that a supplier may meet (docs/reference/protocol-facts.md §1.7,
 * docs/reference/protocol-facts.md §3.5), from a simulator that is broken in that way, with two replicas.
 */
import type { DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import { DIAGNOSES } from '@gatehouse/domain/apim/diagnosis';
import { findingOf, PASSING, PROBE_FINDINGS, PROBE_LIMITS } from '@gatehouse/domain/apim/probe';
import { TOKEN_REFUSALS } from '@gatehouse/domain/apim/token-refusal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NewApplication, onboard, type Onboarded } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

interface App {
  readonly apiKey: string;
  readonly products: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** Changes how the simulated APIM knows the application. */
const changed = (change: (app: App) => object) => async (application: Onboarded) => {
  const app = await atApim(application);
  await stack.simulator.control('PUT', `/apps/${application.apiKey}`, {
    ...app,
    ...change(app),
  });
};
const without = (name: string) =>
  changed(({ attributes: { [name]: _removed, ...attributes } }) => ({
    attributes,
  }));
const jwksAt = (url: () => string) =>
  changed(({ attributes }) => ({
    attributes: { ...attributes, 'jwks-resource-url': url() },
  }));
const answering = (target: 'token' | 'ers', fault: object) => (application: Onboarded) =>
  stack.simulator.control('POST', '/faults', {
    target,
    match: { apiKey: application.apiKey },
    fault,
  });
const refusing = (status: number, error: string, error_description: string) =>
  answering('token', {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error, error_description, message_id: 'rrt-77' }),
  });

const failing = (status: number, body: string) => answering('ers', { status, headers: {}, body });
const UNRESOLVED =
  '{"fault":{"faultstring":"Unresolved variable : app.next-year","detail":{"errorcode":"entities.UnresolvedVariable"}}}';
const NOT_ALLOWED = 'Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS';

type Break = (application: Onboarded) => Promise<unknown>;

/** A code that is found, the reads that were sent (none without a token), and how the application is broken. */
const BROKEN: readonly (readonly [code: string, reads: string[], break_: Break, more?: object])[] = [
  ['JWKS_URL_MISSING', [], without('jwks-resource-url')],
  ['JWKS_UNREACHABLE', [], jwksAt(() => 'http://127.0.0.1:1/jwks.json')],
  ['KEY_NOT_FOUND', [], jwksAt(() => otherJwksUrl)],
  ['API_KEY', [], ({ apiKey }) => stack.simulator.control('DELETE', `/apps/${apiKey}`)],
  ['NOT_APPROVED', [], changed(() => ({ status: 'revoked' }))],
  ['PRODUCT_MISSING', [], changed(() => ({ products: [] }))],
  ['SIGNATURE', [], refusing(401, 'public_key error', 'JWT signature verification failed')],
  [
    'AUDIENCE',
    [],
    refusing(401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT"),
  ],
  [
    'CLOCK',
    [],
    refusing(400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - JWT has expired"),
  ],
  ['REQUEST', [], refusing(400, 'invalid_request', 'Missing or invalid client_assertion_type')],
  ['UNKNOWN', [], refusing(403, 'policy_error', 'A reason of next year')],
  ['NO_TOKEN', [], answering('token', { scenario: 'token-no-access-token' })],
  ['GW_TOKEN_UNAVAILABLE', [], answering('token', { status: 503 })],
  ['ASID_NOT_CONFIGURED', ['A004'], without('asid')],
  ['ODS_CODE_NOT_CONFIGURED', ['A004'], without('app-restricted-ods-code')],
  ['USER_ID_NOT_CONFIGURED', ['A004'], without('app-restricted-user-id')],
  ['ATTRIBUTE_NOT_CONFIGURED', ['A004'], failing(500, UNRESOLVED)],
  ['ORGANISATION_NOT_ALLOWED', ['A004'], failing(403, NOT_ALLOWED)],
  ['UNEXPECTED', ['A004'], failing(410, '')],
  [
    'NOT_SUBSCRIBED',
    ['A004'],
    answering('ers', {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer error="Invalid API call as no apiproduct match found"',
      },
    }),
  ],
  ['FORBIDDEN', ['A004'], failing(403, '')],
  ['RATE_LIMITED', ['A004'], failing(429, '')],
  [
    'ERS_UNAVAILABLE',
    ['A004'],
    answering('ers', {
      status: 503,
      headers: { 'retry-after': '120' },
      body: '',
    }),
  ],
  [
    'ERS_FAILED',
    ['A004'],
    answering('ers', {
      status: 500,
      headers: { 'content-type': 'text/plain' },
      body: ' - The server …',
    }),
  ],
  [
    'ACTS_AS_PROVIDER',
    ['A004', 'A035'],
    without('app-restricted-business-function'),
    { capability: 'referrer' },
  ],
];
/** What only the sign-in or the token of a user shows: a probe has no user, and shows the values as they were entered. */
const OF_USERS = ['API_SECRET', 'CALLBACK', 'ASSURANCE', 'ID_TOKEN', 'SIGN_IN_OVER'];
/** Found of an application for users, below. */
const OF_CIS2 = ['CIS2_KEY', 'CIS2_UNAVAILABLE'];

const SOUND: readonly NewApplication[] = [{ odsCode: 'S01' }, { odsCode: 'S02', capability: 'referrer' }];

let stack: Stack;
let broken: Onboarded[];
let sound: Onboarded[];
let ofUsers: Onboarded;
let otherJwksUrl: string;

beforeAll(async () => {
  stack = await startStack({ worker: false, settings: { GATEHOUSE_PROBE_HOURS: '1' } });
  const applications = await onboard(stack, [
    ...BROKEN.map(([, , , more], at) => ({
      odsCode: `B${String(at + 10)}`,
      ...more,
    })),
    ...SOUND,
    { odsCode: 'U01', accessMode: 'user-restricted' },
  ]);
  broken = applications.slice(0, BROKEN.length);
  sound = applications.slice(BROKEN.length, BROKEN.length + SOUND.length);
  ofUsers = applications.at(-1)!;
  await registerCis2Client();
  otherJwksUrl = (await atApim(sound[0]!)).attributes['jwks-resource-url'] ?? '';
  for (const [at, [, , break_]] of BROKEN.entries()) await break_(broken[at]!);
  await Promise.all([1, 2].map(() => stack.startGateway({ GATEHOUSE_ROLES: 'worker' })));
  await everyProbeIsDone(applications.length);
});
afterAll(() => stack.stop());

async function atApim({ apiKey }: Onboarded): Promise<App> {
  const apps = await stack.simulator.control<App[]>('GET', '/apps');
  return apps.find((app) => app.apiKey === apiKey)!;
}

/** The CIS2 client of the product, known to CIS2 by the JWKS of its own key. */
const CIS2_CLIENT = {
  product: 'ReferWell',
  environment: 'local',
  clientId: 'referwell',
};
const describeCis2Client = (client: object) =>
  stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      cis2Clients: [{ ...CIS2_CLIENT, ...client }],
    },
  });
async function registerCis2Client(): Promise<void> {
  await describeCis2Client({ auth: 'private_key_jwt' });
  const { jwksUrl } = await stack.admin<{ jwksUrl: string }>('POST', '/signing-keys', {
    ...{ owner: 'cis2-client', product: 'ReferWell', environment: 'local' },
  });
  await atCis2(stack.gateway.public + new URL(jwksUrl).pathname);
  await stack.settled();
}
const atCis2 = (jwksUrl: string) =>
  stack.simulator.control('PUT', `/cis2/clients/${CIS2_CLIENT.clientId}`, {
    ...{
      auth: 'private_key_jwt',
      jwksUrl,
      redirectUris: ['http://127.0.0.1:1/auth/cis2/callback'],
    },
  });

interface ProbeRow {
  readonly ods_code: string;
  readonly code: string | null;
  readonly reads: string[];
  readonly limits: string[];
  readonly checked_by: string;
}
async function probes(): Promise<ProbeRow[]> {
  const { rows } = await stack.sql.query<ProbeRow>(
    `SELECT b.ods_code, p.code, p.reads, p.limits, p.checked_by
       FROM application_probe p JOIN binding b ON b.application_id = p.application_id WHERE p.checked_at IS NOT NULL`,
  );
  return rows;
}
const everyProbeIsDone = (count: number) =>
  until('every application was probed', async () => (await probes()).length === count, 90_000);
const probeOf = async ({ odsCode }: Onboarded) => {
  const { probe } = await stack.admin<DoctorReport>('GET', `/doctor?organisation=${odsCode}`);
  return probe;
};
const recordsOf = async ({ odsCode }: Onboarded) => {
  const { rows } = await stack.sql.query<{ record: Record<string, unknown> }>(
    `SELECT record FROM audit.event
      WHERE attempt_id IN (SELECT attempt_id FROM audit.event WHERE ods_code = $1) ORDER BY started_at, writer, seq`,
    [odsCode],
  );
  return rows.map(({ record }) => record);
};
const notices = async () => {
  const { rows } = await stack.sql.query<{
    kind: string;
    title: string;
    body: string;
    ods_codes: string[];
  }>('SELECT kind, title, body, ods_codes FROM notice ORDER BY created_at');
  return rows;
};

describe('a scheduled probe', () => {
  it.each(BROKEN.map(([code, reads], at) => [code, at, reads] as const))(
    'finds %s',
    async (code, at, reads) => {
      const { whatIsWrong, whatToDo, whoActs } = findingOf(code);
      const probe = await probeOf(broken[at]!);
      expect(probe).toMatchObject({
        by: 'schedule',
        asked: ['a token', ...reads],
        limits: [],
      });
      expect(probe?.finding).toMatchObject({
        code,
        whatIsWrong,
        whatToDo,
        whoActs,
      });
      const values = Object.fromEntries(probe!.finding!.values.map(({ name, value }) => [name, value]));
      expect(values).toMatchObject({
        organisation: broken[at]!.odsCode,
        asid: broken[at]!.asid,
      });
      expect(values['X-Correlation-ID'] ?? values['message id'] ?? code).toMatch(
        /^([0-9a-f-]{36}|rrt-.*|GW_TOKEN_UNAVAILABLE|NO_TOKEN)$/,
      );
    },
  );

  it('is tried with every fault that it can find', () => {
    const known = [DIAGNOSES, TOKEN_REFUSALS, PROBE_FINDINGS].flatMap((table) => Object.keys(table));
    // By this name a caller knows it.
    const tried = BROKEN.map(([code]) => (code === 'GW_TOKEN_UNAVAILABLE' ? 'UNAVAILABLE' : code));
    expect([...tried, ...OF_USERS, ...OF_CIS2].toSorted()).toEqual(known.toSorted());
  });

  it('leaves no application ready that it found a fault with, unless that passes by itself', async () => {
    const readiness = await Promise.all(
      broken.map(({ odsCode }) => stack.admin<DoctorReport>('GET', `/doctor?organisation=${odsCode}`)),
    );
    const unready = readiness.filter(({ ready }) => !ready).map(({ probe }) => probe?.finding?.code);
    expect(unready).toEqual(expect.arrayContaining(['ACTS_AS_PROVIDER', 'FORBIDDEN', 'ASID_NOT_CONFIGURED']));
    expect(unready).not.toContain('ERS_UNAVAILABLE');
  });

  it('finds nothing wrong with a provider and a referrer that are as they should be', async () => {
    expect(await probeOf(sound[0]!)).toMatchObject({
      reads: ['A004'],
      limits: [],
      finding: null,
    });
    expect(await probeOf(sound[1]!)).toMatchObject({
      reads: ['A004', 'A035'],
      limits: [],
      finding: null,
    });
  });

  it('is made once, however many workers there are, and recorded like a call, of no client', async () => {
    const records = await recordsOf(sound[1]!);
    const calls = records.filter(({ kind }) => kind === 'INTENT' || kind === 'OUTCOME');
    expect(calls.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME', 'INTENT', 'OUTCOME']);
    expect(calls.filter(({ kind }) => kind === 'INTENT')).toMatchObject([
      {
        interaction: 'A004',
        actor: 'schedule',
        probe: true,
        clientId: null,
        clientName: null,
      },
      {
        interaction: 'A035',
        actor: 'schedule',
        probe: true,
        clientId: null,
        clientName: null,
      },
    ]);
    expect(records.filter(({ event }) => event === 'MINT_OK')).toHaveLength(1);
    expect(records.filter(({ event }) => event === 'LIVE_CHECK')).toMatchObject([
      {
        facts: { actor: 'schedule', probe: true, code: null, finding: null },
      },
    ]);
  });

  it('notifies the people of each organisation, but not of an outage', async () => {
    const codes = (await notices()).flatMap(({ body }) => /\(([A-Z_]+)\)/.exec(body)?.[1] ?? []);
    const expected = BROKEN.map(([code]) => code).filter((code) => !PASSING.has(code));
    expect(codes.toSorted()).toEqual(expected.toSorted());
  });

  it('raises one alarm where five organisations begin to fail in the same way', async () => {
    await stack.simulator.control('DELETE', '/faults');
    await stack.sql.query('DELETE FROM notice');
    for (const application of broken.slice(0, 5)) {
      const { attributes } = await atApim(sound[0]!);
      await stack.simulator.control('PUT', `/apps/${application.apiKey}`, {
        status: 'approved',
        products: ['application-restricted'],
        attributes: { ...attributes, asid: application.asid },
      });
    }
    const chosen = broken.slice(0, 5).map(({ odsCode }) => odsCode);
    await stack.simulator.control('POST', '/faults', {
      target: 'token',
      fault: {
        status: 401,
        body: '{"error":"unauthorized_client","error_description":"…","message_id":"rrt-1"}',
      },
    });
    await stack.sql.query(
      `UPDATE application_probe SET claimed_at = claimed_at - interval '2 hours', code = NULL
        WHERE application_id IN (SELECT application_id FROM binding WHERE ods_code = ANY($1))`,
      [chosen],
    );
    await stack.admin('POST', '/job-kinds/probes/run', {
      reason: 'after a change',
    });
    await until('the five were probed again', async () => {
      const rows = (await probes()).filter(({ ods_code }) => chosen.includes(ods_code));
      return rows.every(({ code }) => code === 'PRODUCT_MISSING');
    });
    expect(await notices()).toMatchObject([
      {
        ...{ kind: 'alarm', ods_codes: [] },
        title: expect.stringMatching(/^[56] organisations fail in the same way in local$/),
        body: expect.stringContaining('The likely cause is a change by NHS England'),
      },
    ]);
  });
});

describe('a probe by a person', () => {
  it('asks for the token alone of a draft, and says so', async () => {
    await stack.simulator.control('DELETE', '/faults');
    await stack.admin('POST', '/registry/apply', {
      document: {
        apiVersion: 'gatehouse/v1',
        organisations: [{ odsCode: 'D01', name: 'Synthetic Trust D01' }],
        applications: [
          {
            ...{
              organisation: 'D01',
              product: 'ReferWell',
              environment: 'local',
              apiKey: 'key-of-d01',
            },
            ...{
              accessMode: 'application-restricted',
              capability: 'provider',
              messageSets: ['everything'],
            },
          },
        ],
      },
    });
    const { jwksUrl } = await stack.admin<{ jwksUrl: string }>('POST', '/signing-keys', {
      organisation: 'D01',
    });
    await stack.settled();
    await stack.simulator.control('PUT', '/apps/key-of-d01', {
      products: ['application-restricted'],
      attributes: {
        'jwks-resource-url': stack.gateway.public + new URL(jwksUrl).pathname,
      },
    });
    // The admin listener reads the registry for itself.
    await until('the draft was probed', async () => {
      const { asked } = await stack.admin<{
        asked: { refusal: object | null };
      }>('POST', '/doctor', {
        organisation: 'D01',
      });
      return asked.refusal === null;
    });
    const { probe } = await stack.admin<DoctorReport>('GET', '/doctor?organisation=D01');
    expect(probe).toMatchObject({
      reads: [],
      limits: [PROBE_LIMITS.draft],
      finding: null,
    });
    expect(probe?.by).not.toBe('schedule');
  });
});

describe('a probe of an application for users', () => {
  const ask = async () => {
    await stack.admin('POST', '/doctor', { organisation: ofUsers.odsCode });
    return probeOf(ofUsers);
  };
  const BOTH = ['a token', 'a token of NHS CIS2'];
  const limits = [PROBE_LIMITS.user];

  it('asks API Management and CIS2 about its keys, on schedule, and shows the rest as entered', async () => {
    await stack.simulator.control('DELETE', '/faults');
    const [row] = (await probes()).filter(({ ods_code }) => ods_code === ofUsers.odsCode);
    expect(row).toMatchObject({
      code: null,
      reads: ['CIS2'],
      limits: ['user'],
      checked_by: 'schedule',
    });
    expect(await ask()).toMatchObject({ asked: BOTH, limits, finding: null });
  });

  it('finds that CIS2 is away, or does not know the key of the client', async () => {
    await stack.simulator.control('POST', '/faults', {
      target: 'cis2',
      fault: { status: 503, body: '' },
    });
    expect(await ask()).toMatchObject({
      asked: BOTH,
      limits,
      finding: { code: 'CIS2_UNAVAILABLE' },
    });
    await stack.simulator.control('DELETE', '/faults');
    await atCis2(otherJwksUrl);
    const { whatIsWrong, whatToDo, whoActs } = findingOf('CIS2_KEY');
    const finding = { code: 'CIS2_KEY', whatIsWrong, whatToDo, whoActs };
    expect(await ask()).toMatchObject({ asked: BOTH, limits, finding });
  });

  it('shows the secret of a CIS2 client as entered, and not as checked', async () => {
    await describeCis2Client({
      auth: 'client_secret',
      clientSecret: 'as-it-was-entered',
    });
    await until('the registry says so', async () => {
      const probe = await ask();
      return probe?.asked.length === 1;
    });
    expect(await probeOf(ofUsers)).toMatchObject({
      limits: [PROBE_LIMITS.user, PROBE_LIMITS['cis2-secret']],
      finding: null,
    });
  });

  it('finds that API Management does not know its key, and does not ask CIS2 then', async () => {
    await jwksAt(() => otherJwksUrl)(ofUsers);
    expect(await ask()).toMatchObject({
      asked: ['a token'],
      limits,
      finding: { code: 'KEY_NOT_FOUND' },
    });
  });
});

it('a job announces a key that expires soon, once', async () => {
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      clients: [{ name: 'short', environment: 'local', grants: [] }],
    },
  });
  await stack.admin('POST', '/clients/local/short/keys', { expiresInDays: 5 });
  await stack.settled();
  const announced = async () => (await notices()).filter(({ kind }) => kind === 'expiry');
  for (const turn of [1, 2]) {
    const { id } = await stack.admin<{ id: string }>('POST', '/job-kinds/expiry-watch/run', {
      reason: `run ${String(turn)}`,
    });
    await until('the job has run', async () => {
      const { state } = await stack.admin<{ state: string }>('GET', `/jobs/${id}`);
      return state === 'done';
    });
  }
  expect(await announced()).toMatchObject([{ title: expect.stringContaining('client short in local') }]);
});
