/**
 * What the doctor reports after NHS England has been asked: every refusal of a token that a supplier may meet
 * (docs/reference/protocol-facts.md §3.5), what it means and who must act, until a token is issued again.
 */
import { TOKEN_REFUSALS } from '@gatehouse/domain/apim/token-refusal';
import type { AskedReport, DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sendRequest, refusalIn, watch } from '../support/answers.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

const CODES = '/FHIR/STU3/CodeSystem/SPECIALTY';

let stack: Stack;
let applications: Onboarded[];
beforeAll(async () => {
  stack = await startStack({ worker: false });
  applications = await onboard(
    stack,
    ['R69', 'RCD', 'X90', 'X91', 'X92', 'X93', 'X94', 'X95', 'X96', 'X97'].map((odsCode) => ({ odsCode })),
  );
});
afterAll(() => stack.stop());
afterEach(() => stack.simulator.control('DELETE', '/faults'));

const call = (application: Onboarded) =>
  sendRequest(stack.gateway.partner, CODES, { key: application.clientKey });
const doctor = ({ odsCode }: Onboarded) =>
  stack.admin<DoctorReport>('GET', `/doctor?organisation=${odsCode}`);
/** The events about a token are written at the same time as those of the call that needs it. */
const doctorAfter = async (application: Onboarded, events: number): Promise<DoctorReport> => {
  await until('the trail has the answers about a token', async () => {
    const { rows } = await stack.sql.query(
      `SELECT FROM audit.event WHERE event LIKE 'MINT_%' AND ods_code = $1`,
      [application.odsCode],
    );
    return rows.length >= events;
  });
  return doctor(application);
};

interface App {
  readonly apiKey: string;
  readonly attributes: Readonly<Record<string, string>>;
}
async function atApim({ apiKey }: Onboarded): Promise<App> {
  const apps = await stack.simulator.control<App[]>('GET', '/apps');
  return apps.find((app) => app.apiKey === apiKey)!;
}

describe('the doctor, after NHS England has refused a token', () => {
  const tokenRefusal = (error: string, error_description: string) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error, error_description, message_id: 'rrt-77' }),
  });
  it.each([
    [
      0,
      403,
      'public_key error',
      "The JWKS endpoint, for your client_assertion can't be reached",
      'JWKS_UNREACHABLE',
    ],
    [1, 401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT", 'AUDIENCE'],
    [2, 401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT", 'API_KEY'],
    [
      3,
      401,
      'invalid_request',
      "Invalid 'kid' header in client_assertion JWT - no matching public key",
      'KEY_NOT_FOUND',
    ],
    [
      4,
      401,
      'access_denied',
      'The developer app associated with the API key is not approved',
      'NOT_APPROVED',
    ],
  ] as const)('%i: %i %s %s', async (at, status, error, description, code) => {
    const application = applications[at]!;
    expect(await doctor(application)).toMatchObject({ ready: true, nhs: { token: null, read: null } });
    await stack.simulator.control('POST', '/faults', {
      target: 'token',
      match: { apiKey: application.apiKey },
      fault: { status, ...tokenRefusal(error, description) },
    });
    const answer = await call(application);
    const { whatIsWrong, whatToDo, whoActs } = TOKEN_REFUSALS[code];
    expect(answer.header('gatehouse-diagnosis')).toBe(code);
    expect(refusalIn(answer).words).toContain(whatIsWrong);
    expect(refusalIn(answer).words).toMatch(new RegExp(`Who must act: ${whoActs}\\.$`));

    const report = await doctorAfter(application, 1);
    expect(report.ready).toBe(false);
    expect(report.nhs.token).toEqual({
      at: expect.stringMatching(/^\d{4}-/),
      changedSince: false,
      refusal: { code, whatIsWrong, whatToDo, whoActs, messageId: 'rrt-77' },
    });
    // The lists of the audit trail and the page of the request link to it.
    const { items } = await stack.admin<{ items: Record<string, unknown>[] }>(
      'GET',
      `/audit?organisation=${application.odsCode}`,
    );
    expect(items.map((row) => [row['event'] ?? row['code'], row['diagnosis'], row['messageId']])).toEqual([
      ['MINT_FAILED', code, 'rrt-77'],
      ['GW_TOKEN_REFUSED', code, null],
    ]);
    const story = await stack.admin<{ refusal: object }>(
      'GET',
      `/audit/requests/${String(items[1]?.['attemptId'])}`,
    );
    expect(story.refusal).toMatchObject({ whatToDo, whoActs });
  });

  it('is ready again once a token was issued and e-RS answered', async () => {
    const application = applications[5]!;
    await stack.simulator.control('POST', '/faults', {
      target: 'token',
      match: { apiKey: application.apiKey },
      times: 1,
      fault: { status: 403, ...tokenRefusal('public_key error', "The JWKS endpoint … can't be reached") },
    });
    expect((await call(application)).status).toBe(502);
    expect((await doctorAfter(application, 1)).ready).toBe(false);
    // A wrongly configured identity is not tried again immediately, but a changed ASID makes a new identity.
    const apiKey = `${application.apiKey}-new`;
    await stack.admin('POST', '/registry/apply', {
      document: {
        apiVersion: 'gatehouse/v1',
        applications: [
          {
            organisation: application.odsCode,
            product: 'ReferWell',
            environment: 'local',
            accessMode: 'application-restricted',
            capability: 'provider',
            apiKey,
          },
        ],
      },
    });
    await stack.settled();
    expect((await doctor(application)).nhs.token).toMatchObject({ changedSince: true });
    const { attributes } = await atApim(application);
    await stack.simulator.control('PUT', `/apps/${apiKey}`, {
      products: ['application-restricted'],
      attributes,
    });
    expect((await call(application)).status).toBe(200);
    const report = await doctorAfter(application, 2);
    expect(report).toMatchObject({
      ready: true,
      nhs: {
        token: { refusal: null, changedSince: false },
        read: { interaction: 'A004', status: 200, diagnosis: null },
      },
    });
  });

  it('is not ready while e-RS rejects the attributes, and names them', async () => {
    const application = applications[6]!;
    const { asid: _asid, ...attributes } = (await atApim(application)).attributes;
    await stack.simulator.control('PUT', `/apps/${application.apiKey}`, {
      products: ['application-restricted'],
      attributes,
    });
    expect((await call(application)).status).toBe(403);
    expect(await doctorAfter(application, 1)).toMatchObject({
      ready: false,
      nhs: { token: { refusal: null }, read: { status: 403, diagnosis: { code: 'ASID_NOT_CONFIGURED' } } },
    });
  });
});

describe('the doctor, when it is to test the connection to NHS England', () => {
  const askNhs = ({ odsCode }: Onboarded) =>
    stack.admin<AskedReport>('POST', '/doctor', { organisation: odsCode });
  const recordsOf = async ({ odsCode }: Onboarded) => {
    const { rows } = await stack.sql.query<{ record: Record<string, unknown> }>(
      `SELECT record FROM audit.event
        WHERE attempt_id IN (SELECT attempt_id FROM audit.event WHERE ods_code = $1) ORDER BY writer, seq`,
      [odsCode],
    );
    return rows.map(({ record }) => record);
  };

  it('requests one new token, makes one read as the application, and records who ran the test', async () => {
    const application = applications[7]!;
    const arrivals = await watch(stack);
    const report = await askNhs(application);
    expect(report).toMatchObject({
      ready: true,
      asked: { refusal: null, isRead: true },
      nhs: { token: { refusal: null }, read: { interaction: 'A004', status: 200 } },
    });
    expect((await arrivals()).map(({ target, apiKey, asid }) => [target, apiKey, asid])).toEqual([
      ['kms', undefined, undefined],
      ['token', application.apiKey, undefined],
      ['ers', application.apiKey, application.asid],
    ]);
    const records = await recordsOf(application);
    const actor = expect.stringContaining('test') as unknown;
    const origin = expect.stringContaining('127.0.0.1') as unknown;
    expect(records.map(({ kind, event }) => event ?? kind)).toEqual([
      'MINT_OK',
      'INTENT',
      'OUTCOME',
      ...(records.some(({ kind }) => kind === 'END') ? ['END'] : []),
      'LIVE_CHECK',
    ]);
    expect(records[1]).toMatchObject({ actor, origin, interaction: 'A004', asid: application.asid });
    expect(records.at(-1)).toMatchObject({ facts: { actor, origin, code: null } });
    const story = await stack.admin('GET', `/audit/requests/${String(records[1]?.['attemptId'])}`);
    expect(story).toMatchObject({ actor, interaction: 'A004' });
  });

  it('runs the test despite a cached token and a remembered refusal, and passes once the fault is corrected', async () => {
    const application = applications[8]!;
    expect((await call(application)).status).toBe(200);
    await stack.simulator.control('POST', '/faults', {
      target: 'token',
      match: { apiKey: application.apiKey },
      fault: {
        status: 403,
        headers: { 'content-type': 'application/json' },
        body: '{"error":"public_key error","error_description":"The JWKS endpoint, for your client_assertion can\'t be reached","message_id":"rrt-77"}',
      },
    });
    const arrivals = await watch(stack);
    const refused = await askNhs(application);
    expect(refused).toMatchObject({
      ready: false,
      asked: { refusal: { code: 'GW_TOKEN_REFUSED', whoActs: 'operator' }, isRead: true },
      nhs: { token: { refusal: { code: 'JWKS_UNREACHABLE', messageId: 'rrt-77' } } },
    });
    expect((await arrivals()).map(({ target }) => target)).toEqual(['kms', 'token']);
    expect((await recordsOf(application)).findLast(({ kind }) => kind === 'DENIED')).toMatchObject({
      kind: 'DENIED',
      diagnosis: 'JWKS_UNREACHABLE',
    });
    // A later outage does not hide a fault that somebody must correct.
    await stack.simulator.control('DELETE', '/faults');
    await stack.simulator.control('POST', '/faults', {
      target: 'token',
      match: { apiKey: application.apiKey },
      fault: { status: 503 },
    });
    expect(await askNhs(application)).toMatchObject({
      ready: false,
      asked: { refusal: { code: 'GW_TOKEN_UNAVAILABLE' } },
      nhs: { token: { refusal: { code: 'JWKS_UNREACHABLE' } } },
    });
    await stack.simulator.control('DELETE', '/faults');
    expect(await askNhs(application)).toMatchObject({ ready: true, asked: { refusal: null } });
    expect((await call(application)).status).toBe(200);
  });

  it('is refused by the same policy as a client, and then sends nothing', async () => {
    const application = applications[9]!;
    await stack.admin('POST', '/registry/apply', {
      document: {
        apiVersion: 'gatehouse/v1',
        organisations: [{ odsCode: 'X97', name: 'Synthetic Trust X97', state: 'suspended' }],
      },
    });
    // The admin listener reads the registry for itself.
    await until('the admin listener knows of the suspension', async () => {
      const request = { client: application.client, environment: 'local', method: 'GET', path: CODES };
      const explained = await stack.admin<{ refusal: { code: string } | null }>('POST', '/explain', {
        ...request,
        headers: {},
      });
      return explained.refusal?.code === 'GW_ORGANISATION_SUSPENDED';
    });
    const arrivals = await watch(stack);
    expect(await askNhs(application)).toMatchObject({
      ready: false,
      asked: { refusal: { code: 'GW_ORGANISATION_SUSPENDED' } },
      nhs: { token: null, read: null },
    });
    expect(await arrivals()).toEqual([]);
  });
});
