/**
 * One refused call for each rule. The answer says what was wrong, what to do and who must act, in the profile of its
 * path and with nothing from the request; nothing goes upstream, and there is one DENIED record. Then the choice among
 * grants, and two organisations that differ only in their ODS code.
 */
import { createClient, type Failure, GatehouseError } from '@gatehouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  apply,
  type Arrival,
  sendRequest,
  type PartnerRequest,
  refusalIn,
  trailOf,
  watch,
} from '../support/answers.ts';
import { onboard, type Onboarded, worklistBody, allowWrite } from '../support/onboard.ts';
import { grantWrites } from '../support/proofs.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
/** The applications, each named after what is special about it. */
let applications: Readonly<Record<Name, Onboarded>>;
/** A client that is granted several applications. */
let manyKey: string;

const APPLICATIONS = {
  plain: { odsCode: 'R69' },
  twin: { odsCode: 'R68' },
  referrer: { odsCode: 'R69', capability: 'referrer' },
  user: { odsCode: 'R69', accessMode: 'user-restricted' },
  narrow: { odsCode: 'N1', messageSet: 'narrow' },
  suspendedOrganisation: { odsCode: 'N2' },
  suspendedApplication: { odsCode: 'N3' },
  ownerless: { odsCode: 'N4' },
  keyless: { odsCode: 'N5' },
  lapsedException: { odsCode: 'N6' },
  writer: { odsCode: 'N7' },
} as const;
type Name = keyof typeof APPLICATIONS;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  await apply(stack, { messageSets: [{ name: 'narrow', interactions: ['A004'] }] });
  const names = Object.keys(APPLICATIONS) as Name[];
  const live = await onboard(stack, Object.values(APPLICATIONS));
  applications = Object.fromEntries(names.map((name, at) => [name, live[at]])) as Record<Name, Onboarded>;
  manyKey = await issueKey('many', [applications.plain, applications.referrer, applications.twin]);
  await setUpRefusals();
  await grantWrites(stack, applications.writer);
  await stack.settled();
});
afterAll(() => stack.stop());

async function issueKey(client: string, applications: readonly Onboarded[]): Promise<string> {
  const grants = applications.map(({ odsCode, accessMode, capability }) => ({
    organisation: odsCode,
    product: 'ReferWell',
    accessMode,
    ...(capability === null ? {} : { capability }),
  }));
  await apply(stack, { clients: [{ name: client, environment: 'local', grants }] });
  const { key } = await stack.admin<{ key: string }>('POST', `/clients/local/${client}/keys`, {});
  return key;
}

async function setUpRefusals(): Promise<void> {
  const { odsCode, capability } = applications.suspendedApplication;
  await apply(stack, {
    organisations: [
      { odsCode: applications.suspendedOrganisation.odsCode, name: 'Synthetic Trust N2', state: 'suspended' },
    ],
    applications: [
      {
        organisation: odsCode,
        product: 'ReferWell',
        environment: 'local',
        accessMode: 'application-restricted',
        capability,
        state: 'suspended',
      },
    ],
  });
  const owners = await stack.admin<{ items: { id: string }[] }>(
    'GET',
    `/sro-appointments?organisation=${applications.ownerless.odsCode}`,
  );
  await stack.admin('POST', `/sro-appointments/${owners.items[0]?.id}/withdraw`, { reason: 'left' });
  const keys = await stack.admin<{ items: { kid: string }[] }>(
    'GET',
    `/signing-keys?organisation=${applications.keyless.odsCode}`,
  );
  await stack.admin('POST', `/signing-keys/${keys.items[0]?.kid}/retire`, {});
  const { id } = await allowWrite(stack, {
    environment: 'local',
    organisation: applications.lapsedException.odsCode,
    product: 'ReferWell',
    capability: 'provider',
    interaction: 'A028',
    useCaseReference: 'UC-1',
    expiresOn: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10),
  });
  await stack.admin('POST', `/write-exceptions/${id}/revoke`, { reason: 'no longer needed' });
}

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const TRIAGE = '/FHIR/STU3/ReferralRequest/000000070002/$ers.recordReviewOutcome';
const NHS_NUMBER = '9000000009';
/** Texts that are in every request and must be in no answer. */
const CANARIES = {
  'User-Agent': 'canary-agent',
  'X-Canary': 'canary-header',
  Cookie: 'session=canary-cookie',
};
const CANARY = /canary|000000070000|000000070002|9000000009/i;
const JSON_TYPE = { 'Content-Type': 'application/fhir+json' };
const OUTCOME_BODY = JSON.stringify({
  resourceType: 'Parameters',
  parameter: [
    { name: 'reviewOutcome', valueCoding: { code: 'ACCEPT_REFER_BOOK_LATER' } },
    { name: 'reviewComments', valueString: `canary-body ${NHS_NUMBER}` },
  ],
});
const writing = { method: 'POST', headers: { ...JSON_TYPE, 'If-Match': 'W/"3"' }, body: OUTCOME_BODY };

interface Case {
  readonly code: string;
  readonly status: number;
  readonly issue: string;
  readonly path: string;
  readonly as?: Name | null;
  readonly request?: PartnerRequest;
  /** What the text must say: what was wrong, what to do instead, and who must act. */
  readonly wrong: RegExp;
  readonly whatToDo: RegExp;
  readonly whoActs: 'caller' | 'platform team' | 'governance' | 'NHS England' | 'operator';
}

const POLICY: readonly Case[] = [
  {
    code: 'GW_TOKEN',
    status: 401,
    issue: 'login',
    path: REFERRAL,
    as: null,
    wrong: /credential is missing, malformed, unknown, expired, revoked/,
    whatToDo: /Authorization: Bearer <key>.*ask your platform team for a new one/,
    whoActs: 'caller',
  },
  {
    code: 'GW_GRANT',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    request: { headers: { 'Gatehouse-Product': 'canary-product' } },
    wrong: /no grant for that choice of organisation, product, access mode and capability/,
    whatToDo: /Choose among your grants, or ask your platform team/,
    whoActs: 'platform team',
  },
  {
    code: 'GW_ORGANISATION_SUSPENDED',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    as: 'suspendedOrganisation',
    wrong: /organisation is suspended/i,
    whatToDo: /platform team/,
    whoActs: 'platform team',
  },
  {
    code: 'GW_APPLICATION_STATE',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    as: 'suspendedApplication',
    wrong: /application .* is not live/,
    whatToDo: /gatehouse doctor.*lift the suspension/,
    whoActs: 'platform team',
  },
  {
    code: 'GW_SRO_LAPSED',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    as: 'ownerless',
    wrong: /No senior responsible owner is in force/,
    whatToDo: /appoint a senior responsible owner.*accepted.*review/,
    whoActs: 'governance',
  },
  {
    code: 'GW_MODE_OPERATION',
    status: 403,
    issue: 'forbidden',
    path: '/FHIR/R4/PractitionerRole',
    wrong: /not available to application-restricted access/,
    whatToDo: /user-restricted access/,
    whoActs: 'caller',
  },
  {
    code: 'GW_MODE_READONLY',
    status: 403,
    issue: 'forbidden',
    path: TRIAGE,
    request: writing,
    wrong: /writes, and this application-restricted access may only read/,
    whatToDo: /A013, A028 and A036 .* governance .* write exception/,
    whoActs: 'governance',
  },
  {
    code: 'GW_WRITE_EXCEPTION',
    status: 403,
    issue: 'expired',
    path: TRIAGE,
    as: 'lapsedException',
    request: writing,
    wrong: /write exception .* has expired, was revoked/,
    whatToDo: /governance .* co-signed or to grant a new one/,
    whoActs: 'governance',
  },
  {
    code: 'GW_CAPABILITY',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    as: 'referrer',
    wrong: /not available to the capability/,
    whatToDo: /application of the other capability/,
    whoActs: 'caller',
  },
  {
    code: 'GW_MESSAGE_SET',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    as: 'narrow',
    wrong: /message sets of this application do not contain this interaction/,
    whatToDo: /add the interaction to a message set .* NHS England has allowed it for the ASID/,
    whoActs: 'platform team',
  },
  {
    code: 'GW_KEY_MISSING',
    status: 403,
    issue: 'security',
    path: REFERRAL,
    as: 'keyless',
    wrong: /no active signing key/,
    whatToDo: /gatehouse keys create/,
    whoActs: 'platform team',
  },
  {
    code: 'GW_USER_SESSION',
    status: 401,
    issue: 'login',
    path: REFERRAL,
    as: 'user',
    wrong: /No user is signed in/,
    whatToDo: /Let the user sign in/,
    whoActs: 'caller',
  },
  {
    code: 'GW_WORKLIST_FILTER',
    status: 403,
    issue: 'forbidden',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    request: {
      method: 'POST',
      headers: JSON_TYPE,
      body: worklistBody().replace('REFERRALS_FOR_REVIEW', 'AWAITING_BOOKING'),
    },
    wrong: /only two worklists, and each only for one named service/,
    whatToDo: /REFERRALS_FOR_REVIEW or APPOINTMENT_SLOT_ISSUES and exactly one service/,
    whoActs: 'caller',
  },
];

const WHAT_ARRIVES: readonly Case[] = [
  {
    code: 'GW_ORIGIN',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    request: { headers: { Origin: 'https://canary.example' } },
    wrong: /Browsers are not served/,
    whatToDo: /from a server, without Origin/,
    whoActs: 'caller',
  },
  {
    code: 'GW_HEADER_FORBIDDEN',
    status: 403,
    issue: 'forbidden',
    path: REFERRAL,
    request: { headers: { 'X-ERS-ODS-Code': 'canary' } },
    wrong: /reserved header/,
    whatToDo: /Leave out headers beginning x-ers-/,
    whoActs: 'caller',
  },
  {
    code: 'GW_HEADER_DUPLICATE',
    status: 400,
    issue: 'structure',
    path: REFERRAL,
    request: {
      headers: [
        ['If-Match', 'W/"1"'],
        ['if-match', 'W/"2"'],
      ],
    },
    wrong: /sent more than once/,
    whatToDo: /at most once/,
    whoActs: 'caller',
  },
  {
    code: 'GW_HEADER_SYNTAX',
    status: 400,
    issue: 'invalid',
    path: REFERRAL,
    request: { headers: { 'Gatehouse-Capability': 'canary' } },
    wrong: /header value is missing or malformed/,
    whatToDo: /Gatehouse-Capability: referrer or provider/,
    whoActs: 'caller',
  },
  {
    code: 'GW_HEADER_SYNTAX',
    status: 400,
    issue: 'required',
    path: '/FHIR/STU3/ReferralRequest/000000070002/$ers.recordReviewOutcome',
    as: 'lapsedException',
    // Policy would refuse it first, so it is sent below with an exception in force.
    request: { ...writing, headers: JSON_TYPE },
    wrong: /header value is missing or malformed/,
    whatToDo: /If-Match: W\/"<version>"/,
    whoActs: 'caller',
  },
  {
    code: 'GW_PII_IN_URL',
    status: 400,
    issue: 'invalid',
    path: `/FHIR/STU3/ReferralRequest/${NHS_NUMBER}`,
    wrong: /reads as an NHS number/,
    whatToDo: /Never put an NHS number in a URL/,
    whoActs: 'caller',
  },
  {
    code: 'GW_PATH_SYNTAX',
    status: 400,
    issue: 'invalid',
    path: '/FHIR/STU3/ReferralRequest/000000070000/%24ers.generateCRI?canary',
    request: { method: 'POST' },
    wrong: /not the one spelling of any e-RS operation/,
    whatToDo: /write \$, not %24/,
    whoActs: 'caller',
  },
  {
    code: 'GW_METHOD',
    status: 405,
    issue: 'not-supported',
    path: REFERRAL,
    request: { method: 'DELETE' },
    wrong: /does not take that method/,
    whatToDo: /Allow header/,
    whoActs: 'caller',
  },
  {
    code: 'GW_QUERY',
    status: 400,
    issue: 'invalid',
    path: `${REFERRAL}?canary=1`,
    wrong: /query string is malformed, repeats a parameter, or has one/,
    whatToDo: /each parameter the interaction defines at most once/,
    whoActs: 'caller',
  },
  {
    code: 'GW_QUERY',
    status: 400,
    issue: 'required',
    path: '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/6&status=ready',
    wrong: /missing parameter: intent/,
    whatToDo: /each parameter the interaction defines/,
    whoActs: 'caller',
  },
  {
    code: 'GW_MEDIA_TYPE',
    status: 415,
    issue: 'not-supported',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    request: { method: 'POST', headers: { 'Content-Type': 'application/canary' }, body: worklistBody() },
    wrong: /Content-Type or Content-Encoding is not one this interaction takes/,
    whatToDo: /application\/fhir\+json/,
    whoActs: 'caller',
  },
  {
    code: 'GW_BODY_SYNTAX',
    status: 400,
    issue: 'structure',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    request: { method: 'POST', headers: JSON_TYPE, body: `{"canary":1,"canary":"${NHS_NUMBER}"}` },
    wrong: /not one strict JSON object/,
    whatToDo: /without byte-order mark, duplicate or reserved keys/,
    whoActs: 'caller',
  },
  {
    code: 'GW_BODY_TOO_LARGE',
    status: 413,
    issue: 'too-long',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    request: { method: 'POST', headers: JSON_TYPE, body: Buffer.alloc(1_048_577, 'canary') },
    wrong: /larger than this interaction allows/,
    whatToDo: /at most 1 MiB/,
    whoActs: 'caller',
  },
];

function headersOf({ request: question }: Case): [string, string][] {
  const headers = question?.headers ?? {};
  return [...(Array.isArray(headers) ? headers : Object.entries(headers)), ...Object.entries(CANARIES)] as [
    string,
    string,
  ][];
}

async function refuse(testCase: Case): Promise<{ answer: Answer; arrivals: Arrival[] }> {
  const as = testCase.as === undefined ? 'plain' : testCase.as;
  const arrivals = await watch(stack);
  const answer = await sendRequest(stack.gateway.partner, testCase.path, {
    ...testCase.request,
    ...(as === null ? {} : { key: applications[as].clientKey }),
    headers: headersOf(testCase),
  });
  return { answer, arrivals: await arrivals() };
}

const R4_PROFILE = 'https://www.hl7.org/fhir/R4/operationoutcome.html';
const STU3_PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1';

function expectRefusal(answer: Answer, testCase: Case): void {
  const refusal = refusalIn(answer);
  expect(refusal).toMatchObject({ status: testCase.status, code: testCase.code, issue: testCase.issue });
  expect(refusal.words).toMatch(testCase.wrong);
  expect(refusal.words).toMatch(testCase.whatToDo);
  expect(refusal.words).toMatch(new RegExp(`Who must act: ${testCase.whoActs}\\.$`));
  expect(refusal.profile).toBe(testCase.path.startsWith('/FHIR/R4/') ? R4_PROFILE : STU3_PROFILE);
  expect(refusal.system).not.toContain('nhs.uk');
  expect(answer.header('content-type')).toBe('application/fhir+json');
  expect(answer.header('cache-control')).toBe('no-store');
  expect(answer.header('gatehouse-error-source')).toBe('gateway');
  expect(answer.header('x-correlation-id')).toBe(answer.correlationId);
}

function expectNothingReflected(answer: Answer): void {
  const headers = answer.headers.filter(([name]) => name !== 'X-Correlation-ID');
  expect(`${JSON.stringify(headers)}${answer.text}`).not.toMatch(CANARY);
}

describe.each([
  ['policy', POLICY],
  ['what arrives', WHAT_ARRIVES.filter(({ as }) => as !== 'lapsedException')],
] as const)('a refusal by %s says what was wrong, what to do and who must act', (_what, cases) => {
  it.each(cases.map((testCase) => [testCase.code, testCase.status, testCase.issue, testCase] as const))(
    '%s: %i %s',
    async (_code, _status, _issue, testCase) => {
      const { answer, arrivals } = await refuse(testCase);
      expectRefusal(answer, testCase);
      expectNothingReflected(answer);
      expect(arrivals).toEqual([]);
      const trail = await trailOf(stack, answer);
      expect(trail.map(({ kind, code, status }) => ({ kind, code, status }))).toEqual([
        { kind: 'DENIED', code: testCase.code, status: testCase.status },
      ]);
      expect(JSON.stringify(trail)).not.toMatch(CANARY);
    },
  );
});

describe('a rule that another rule hides', () => {
  it('GW_ASID_MISSING: an application without ASID or API key cannot be made live at all', async () => {
    const draft = {
      organisation: 'R69',
      product: 'ReferWell',
      environment: 'local',
      accessMode: 'user-restricted',
      state: 'live',
    };
    await expect(
      apply(stack, {
        organisations: [{ odsCode: 'N7', name: 'Synthetic Trust N7' }],
        applications: [{ ...draft, organisation: 'N7' }],
      }),
    ).rejects.toThrow(/needs its asid.*needs its apiKey/);
  });
  it('GW_HEADER_SYNTAX: a write under its exception still needs If-Match', async () => {
    await allowWrite(stack, {
      environment: 'local',
      organisation: applications.twin.odsCode,
      product: 'ReferWell',
      capability: 'provider',
      interaction: 'A028',
      useCaseReference: 'UC-2',
      expiresOn: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10),
    });
    await stack.settled();
    const [testCase] = WHAT_ARRIVES.filter(({ as }) => as === 'lapsedException') as [Case];
    const { answer, arrivals } = await refuse({ ...testCase, as: 'twin' });
    expectRefusal(answer, testCase);
    expectNothingReflected(answer);
    expect(arrivals).toEqual([]);
  });
});

describe('the shape of a refusal', () => {
  it.each([
    ['STU3', '/FHIR/STU3/Nothing', STU3_PROFILE],
    ['R4', '/FHIR/R4/Nothing', R4_PROFILE],
    ['neither, so STU3', '/nothing', STU3_PROFILE],
  ])('follows the path: %s', async (_name, path, profile) => {
    const answer = await sendRequest(stack.gateway.partner, path, { key: applications.plain.clientKey });
    expect(refusalIn(answer).profile).toBe(profile);
  });
  it('has no body for HEAD, but the same headers', async () => {
    const answer = await sendRequest(stack.gateway.partner, '/FHIR/R4/HealthcareService/1', {
      method: 'HEAD',
      key: applications.plain.clientKey,
    });
    expect({ status: answer.status, body: answer.text }).toEqual({ status: 403, body: '' });
    expect(answer.header('gatehouse-error-source')).toBe('gateway');
    expect(answer.header('x-correlation-id')).toBe(answer.correlationId);
  });
  it('lists the methods that a path takes', async () => {
    const answer = await sendRequest(stack.gateway.partner, '/FHIR/R4/HealthcareService/1', {
      method: 'POST',
      key: applications.referrer.clientKey,
    });
    expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD']);
  });
  it('names the scheme of the credential with every 401', async () => {
    for (const options of [{}, { key: applications.user.clientKey }]) {
      const answer = await sendRequest(stack.gateway.partner, REFERRAL, options);
      expect([answer.status, answer.header('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer /),
      ]);
    }
  });
  it('has a new correlation id if the caller sent none that may be echoed', async () => {
    const answer = await sendRequest(stack.gateway.partner, REFERRAL, {
      key: applications.plain.clientKey,
      headers: { 'X-Correlation-ID': `canary ${NHS_NUMBER}` },
    });
    expect(refusalIn(answer).code).toBe('GW_HEADER_SYNTAX');
    expect(answer.header('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expectNothingReflected(answer);
  });
  it.each([
    ['missing', undefined],
    ['of another scheme', 'Basic Y2FuYXJ5'],
    ['unknown', `Bearer gh_local_${'c'.repeat(12)}_${'a'.repeat(49)}`],
    ['no token at all', 'Bearer '],
  ])('is the same, byte for byte, for a credential that is %s', async (_name, authorization) => {
    const answer = await sendRequest(stack.gateway.partner, REFERRAL, {
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });
    const missing = await sendRequest(stack.gateway.partner, REFERRAL);
    expect([answer.status, answer.text]).toEqual([401, missing.text]);
  });
});

describe('a time to wait', () => {
  it('is announced by a 429 when an application has used its share', async () => {
    const answers = await Promise.all(
      Array.from({ length: 45 }, () =>
        sendRequest(stack.gateway.partner, '/FHIR/STU3/CodeSystem/SPECIALTY', {
          key: applications.narrow.clientKey,
        }),
      ),
    );
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBe(45 - limited.length);
    const [answer] = limited as [Answer];
    expect(Number(answer.header('retry-after'))).toBeGreaterThan(0);
    const refusal = refusalIn(answer);
    expect([refusal.code, refusal.issue]).toEqual(['GW_RATE_LIMIT', 'throttled']);
    expect(refusal.words).toMatch(/has used its share .* 10 requests a second .* Who must act: caller\.$/);
    expect(await trailOf(stack, answer)).toHaveLength(1);
  });
  it('is announced by a 503 when no token can be had', async () => {
    const { id } = await stack.simulator.control<{ id: string }>('POST', '/faults', {
      target: 'token',
      match: { apiKey: applications.twin.apiKey },
      fault: { status: 503 },
    });
    const answer = await sendRequest(stack.gateway.partner, REFERRAL, { key: applications.twin.clientKey });
    await stack.simulator.control('DELETE', `/faults/${id}`);
    const refusal = refusalIn(answer);
    expect(refusal).toMatchObject({ status: 503, code: 'GW_TOKEN_UNAVAILABLE', issue: 'transient' });
    expect(Number(answer.header('retry-after'))).toBeGreaterThan(0);
    expect(refusal.words).toMatch(/token service did not answer .* Who must act: NHS England\.$/);
  });
});

describe('choosing among grants', () => {
  const choose = (headers: Record<string, string>): Promise<Answer> =>
    sendRequest(stack.gateway.partner, '/FHIR/STU3/CodeSystem/SPECIALTY', { key: manyKey, headers });

  it('an ambiguous choice is a 400 that lists only the candidates', async () => {
    const arrivals = await watch(stack);
    const answer = await choose({});
    const refusal = refusalIn(answer);
    expect(refusal).toMatchObject({ status: 400, code: 'GW_AMBIGUOUS', issue: 'required' });
    const listed = [...refusal.words.matchAll(/\[([^\]]+)\]/g)].map(([, candidate]) => candidate);
    expect(listed.sort()).toEqual([
      'NHSD-End-User-Organisation-ODS: R68, Gatehouse-Product: ReferWell, Gatehouse-Capability: provider',
      'NHSD-End-User-Organisation-ODS: R69, Gatehouse-Product: ReferWell, Gatehouse-Capability: provider',
      'NHSD-End-User-Organisation-ODS: R69, Gatehouse-Product: ReferWell, Gatehouse-Capability: referrer',
    ]);
    expect(refusal.words).toMatch(/fits more than one binding .* Who must act: caller\.$/);
    expect(await arrivals()).toEqual([]);
    expect((await trailOf(stack, answer)).map(({ kind, code }) => [kind, code])).toEqual([
      ['DENIED', 'GW_AMBIGUOUS'],
    ]);
  });
  it('a narrower choice lists only the remaining candidates', async () => {
    const { words } = refusalIn(await choose({ 'NHSD-End-User-Organisation-ODS': 'R69' }));
    expect([words.includes('R69'), words.includes('R68')]).toEqual([true, false]);
  });
  it.each([
    [{ 'NHSD-End-User-Organisation-ODS': 'R68' }, 'twin'],
    [{ 'NHSD-End-User-Organisation-ODS': 'R69', 'Gatehouse-Capability': 'provider' }, 'plain'],
    [{ 'Gatehouse-Capability': 'referrer', 'Gatehouse-Product': 'ReferWell' }, 'referrer'],
  ] as const)('%o leads to one application', async (headers, name) => {
    // The refused token request above is remembered for a second or two.
    let answer = await choose(headers);
    await until('it is forgotten', async () => {
      if (answer.status === 503) answer = await choose(headers);
      return answer.status !== 503;
    });
    const arrivals = await stack.simulator.control<Arrival[]>('GET', '/requests?target=ers');
    expect(answer.status).toBe(200);
    expect(
      arrivals.find(({ correlationId }) => correlationId === answer.header('gatehouse-attempt-id')),
    ).toMatchObject({
      apiKey: applications[name].apiKey,
      asid: applications[name].asid,
      odsCode: applications[name].odsCode,
    });
  });
  it.each([
    ['an organisation', 'NHSD-End-User-Organisation-ODS', 'N1', 'ZZ99'],
    ['a product', 'Gatehouse-Product', 'Elsewhere', 'Nowhere'],
  ])(
    'a choice of %s outside the grants is a 403 that does not say whether it exists',
    async (_what, header, existing, absent) => {
      await apply(stack, { products: [{ name: 'Elsewhere' }] });
      await stack.settled();
      const [ofExisting, ofAbsent] = await Promise.all([
        choose({ [header]: existing }),
        choose({ [header]: absent }),
      ]);
      const shape = ({ status, text, headers }: Answer) => ({
        status,
        text,
        headers: headers.filter(([name]) => !['X-Correlation-ID', 'Date'].includes(name)),
      });
      expect(ofExisting.status).toBe(403);
      expect(shape(ofExisting)).toEqual(shape(ofAbsent));
      expect(ofExisting.text).not.toContain(existing);
    },
  );
});

describe('two organisations that differ in nothing but their ODS code', () => {
  it('never share an application, key, token or row', async () => {
    const path = '/FHIR/STU3/ReferralRequest/000000070000';
    const calls = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const home = at % 2 === 0 ? applications.plain : applications.twin;
        return { home, answer: await sendRequest(stack.gateway.partner, path, { key: home.clientKey }) };
      }),
    );
    const arrivals = await stack.simulator.control<Arrival[]>('GET', '/requests');
    const identities = { plain: new Set<string>(), twin: new Set<string>() };
    for (const { home, answer } of calls) {
      expect(answer.status).toBe(200);
      const attemptId = answer.header('gatehouse-attempt-id');
      const [hit, ...more] = arrivals.filter(({ correlationId }) => correlationId === attemptId);
      expect(more).toEqual([]);
      expect(hit).toMatchObject({ apiKey: home.apiKey, asid: home.asid, odsCode: home.odsCode });
      const trail = await trailOf(stack, answer);
      const intent = trail.find(({ kind }) => kind === 'INTENT') ?? {};
      expect(intent).toMatchObject({ odsCode: home.odsCode, asid: home.asid, clientName: home.client });
      const mine = identities[home === applications.plain ? 'plain' : 'twin'];
      const authorization = hit?.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
      for (const name of ['bindingId', 'applicationId', 'kid', 'tokenIdHash', 'clientId', 'keyId'])
        mine.add(`${name} ${String(intent[name])}`);
      mine.add(`authorization ${authorization}`);
    }
    expect([...identities.plain].filter((value) => identities.twin.has(value))).toEqual([]);
    // Each organisation used one of each for all its calls.
    expect([identities.plain.size, identities.twin.size]).toEqual([7, 7]);
    const mints = arrivals.filter(({ target, status }) => target === 'token' && status === 200);
    const kidOf = (apiKey: string) =>
      new Set(mints.filter((mint) => mint.apiKey === apiKey).map(({ kid }) => kid));
    expect(kidOf(applications.plain.apiKey).size).toBe(1);
    expect([...kidOf(applications.plain.apiKey)]).not.toEqual([...kidOf(applications.twin.apiKey)]);
  });
});

describe('libs/client, as a supplier’s service uses it', () => {
  const clientOf = (name: Name) =>
    createClient({ url: stack.gateway.partner, key: applications[name].clientKey });
  const failureOf = (call: Promise<unknown>): Promise<Failure> =>
    call.then(
      () => Promise.reject(new Error('it was answered')),
      (error: unknown) => (error instanceof GatehouseError ? error.failure : Promise.reject(error as Error)),
    );
  const UBRN = '000000070000';
  const arrivalsOf = async (name: Name): Promise<Arrival[]> => {
    const arrivals = await stack.simulator.control<Arrival[]>('GET', '/requests?target=ers');
    return arrivals.filter(({ apiKey }) => apiKey === applications[name].apiKey);
  };
  const under = async <T>(name: Name, fault: object, call: () => Promise<T>): Promise<T> => {
    const { id } = await stack.simulator.control<{ id: string }>('POST', '/faults', {
      ...{ target: 'ers', match: { apiKey: applications[name].apiKey }, fault },
    });
    try {
      return await call();
    } finally {
      await stack.simulator.control('DELETE', `/faults/${id}`);
    }
  };

  it('returns the answer of e-RS', async () => {
    const answer = await clientOf('plain').a005RetrieveReferralRequest(
      { ubrn: UBRN },
      { organisation: 'R69', correlationId: 'client-library' },
    );
    expect(answer).toMatchObject({ status: 200, correlationId: 'client-library' });
    expect(answer.attemptId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json()).toMatchObject({ resourceType: 'ReferralRequest', id: UBRN });
  });

  it('tells a refusal by its code', async () => {
    const failure = await failureOf(clientOf('ownerless').a005RetrieveReferralRequest({ ubrn: UBRN }));
    expect(failure).toMatchObject({
      ...{ code: 'GW_SRO_LAPSED', status: 403, fate: 'NOT_SENT', whoActs: 'governance', retryAfterS: null },
    });
  });

  it('waits as a 429 says, until all of a burst are answered', async () => {
    // It is asked for the key before each attempt.
    let attempts = 0;
    const key = (): string => {
      attempts += 1;
      return applications.narrow.clientKey;
    };
    const client = createClient({ url: stack.gateway.partner, key });
    const answers = await Promise.all(
      Array.from({ length: 45 }, () => client.a004RetrieveReferenceData({ codeSystem: 'SPECIALTY' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(45).fill(200));
    expect(attempts).toBeGreaterThan(45);
  });

  it('does not repeat a write of which nobody knows what became', async () => {
    const ubrn = '000000087001';
    await stack.simulator.control('POST', '/referrals', { ubrn, state: 'BOOKED' });
    const write = () => clientOf('writer').a013AcceptReferral({ ubrn, ifMatch: 'W/"1"' });
    const failure = await failureOf(under('writer', { resetBeforeResponse: true }, write));
    expect(failure).toMatchObject({ code: 'GW_DELIVERY_UNKNOWN', status: 504, fate: 'UNKNOWN' });
    expect(await arrivalsOf('writer')).toHaveLength(1);
  });

  it('ends a call that is aborted', async () => {
    const signal = AbortSignal.timeout(500);
    const call = () => clientOf('plain').a005RetrieveReferralRequest({ ubrn: UBRN }, { signal });
    await expect(under('plain', { hang: true }, call)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
