/**
 * The matrix, cell by cell, over HTTP: every row of the catalogue × access mode and capability × whether a message set
 * contains it × whether there is a write exception. The oracle restates docs/reference/protocol-facts.md §2 and shares
 * nothing with the catalogue.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administer, type Arrival, sendRequest, trailOf, verdictOf, watch } from '../support/answers.ts';
import { ALL_INTERACTIONS, onboard, type Onboarded, worklistBody, allowWrite } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

// docs/reference/protocol-facts.md §2, "Application-restricted endpoints".
const REFERRER = ['A004', 'A033', 'A035', 'A037'];
const PROVIDER = [
  'A004', 'A005', 'A007', 'A008', 'A013', 'A024', 'A025', 'A028', 'A029', 'A036', 'A042', 'A043',
]; // oxfmt-ignore
const WRITES_UNDER_A_USE_CASE = ['A013', 'A028', 'A036'];
const WRITES = [
  'A011', 'A012', 'A013', 'A014', 'A016', 'A020', 'A021', 'A022', 'A026', 'A027', 'A028', 'A031', 'A032', 'A034',
  'A036', 'A044',
]; // oxfmt-ignore

type Mode = 'provider' | 'referrer' | 'user';
interface Cell {
  readonly row: Row;
  readonly mode: Mode;
  readonly contained: boolean;
  readonly excepted: boolean;
}
type Expected = { readonly status: number; readonly code: string } | 'allowed';

function oracle({ row: { interaction }, mode, contained, excepted }: Cell): Expected {
  const write = WRITES.includes(interaction);
  if (mode === 'user') return { status: 401, code: 'GW_USER_SESSION' };
  const capable = mode === 'provider' ? PROVIDER : REFERRER;
  if (![...PROVIDER, ...REFERRER].includes(interaction))
    return { status: 403, code: write ? 'GW_MODE_READONLY' : 'GW_MODE_OPERATION' };
  if (!capable.includes(interaction)) return { status: 403, code: 'GW_CAPABILITY' };
  if (!contained) return { status: 403, code: 'GW_MESSAGE_SET' };
  if (write && !excepted) return { status: 403, code: 'GW_MODE_READONLY' };
  return 'allowed';
}

interface Row {
  readonly interaction: string;
  readonly method: string;
  readonly path: string;
  /** The status that e-RS answers a valid call with. */
  readonly status: number;
  readonly ifMatch?: string;
  readonly body?: string;
  readonly contentType?: string;
}

const REFERRAL = '/FHIR/STU3/ReferralRequest';
const ADVICE = '/FHIR/STU3/CommunicationRequest';
const parameters = (...parameter: object[]) => JSON.stringify({ resourceType: 'Parameters', parameter });
const coded = (name: string, code: string) => ({ name, valueCoding: { code } });
const patient = {
  name: 'patient',
  valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9000000009' },
};
const shortlist = (value: string) => ({
  name: 'shortlist',
  resource: { resourceType: 'List', entry: [{ item: { identifier: { value } } }] },
});
/** Referrals for the writes of this file, so that no cell affects another. */
const OURS = { accept: '000000081013', triage: '000000081028', cancel: '000000081036' };

function row(interaction: string, method: string, path: string, more: Partial<Row> = {}): Row {
  return { interaction, method, path, status: 200, ...more };
}
const withJson = (body: string, more: Partial<Row> = {}): Partial<Row> => ({
  body,
  contentType: 'application/fhir+json',
  ...more,
});

const ROWS: readonly Row[] = [
  row('A004', 'GET', '/FHIR/STU3/CodeSystem/SPECIALTY'),
  row('A005', 'GET', `${REFERRAL}/000000070000`),
  row('A005', 'GET', `${REFERRAL}/000000070000/_history/5`),
  row('A006', 'GET', '/FHIR/STU3/Binary/att-70000-70001'),
  row('A007', 'POST', `${REFERRAL}/000000070000/$ers.generateCRI`),
  row('A008', 'POST', `${REFERRAL}/$ers.fetchworklist`, withJson(worklistBody('11012'))),
  row(
    'A010',
    'POST',
    '/FHIR/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient',
    withJson(parameters(coded('requestType', 'APPOINTMENT_REQUEST'), patient)),
  ),
  row('A011', 'POST', `${REFERRAL}/$ers.createReferral`, withJson(parameters(patient, shortlist('11002')))),
  row('A012', 'POST', `${REFERRAL}/000000070005/$ers.maintainReferralLetter`, {
    ...withJson(parameters({ name: 'referralLetterFile' })),
    ifMatch: 'W/"6"',
  }),
  row('A013', 'POST', `${REFERRAL}/${OURS.accept}/$ers.acceptReferral`, { ifMatch: 'W/"1"' }),
  row('A014', 'POST', `${REFERRAL}/000000070000/$ers.rejectReferral`, {
    ...withJson(parameters(coded('rejectionReason', 'OTHER'))),
    ifMatch: 'W/"6"',
  }),
  row(
    'A015',
    'GET',
    '/FHIR/STU3/Slot?schedule.actor:HealthcareService=11000&appointmentType=ROUTINE&status=free&_count=5&page=1',
  ),
  row('A016', 'POST', '/FHIR/STU3/Appointment', withJson('{"resourceType":"Appointment","status":"booked"}')),
  row('A019', 'POST', `${REFERRAL}/000000070000/$ers.generatePatientLetter`),
  row('A020', 'POST', '/FHIR/STU3/Binary', { body: 'hello', contentType: 'text/plain' }),
  row(
    'A021',
    'POST',
    `${REFERRAL}/$ers.createReferralAndSendForTriage`,
    withJson(parameters(patient, shortlist('11012'))),
  ),
  row('A022', 'POST', `${REFERRAL}/000000070000/$ers.cancelAppointmentActionLater`, {
    ...withJson(parameters(coded('cancellationReason', 'PATIENT_CANCELLED'))),
    ifMatch: 'W/"6"',
  }),
  row(
    'A023',
    'POST',
    `${ADVICE}/$ers.fetchworklist`,
    withJson(
      parameters({
        name: 'listType',
        valueCodeableConcept: { coding: [{ code: 'ADVICE_AND_GUIDANCE_REQUESTS' }] },
      }),
    ),
  ),
  row('A024', 'GET', `${ADVICE}/000000070001`),
  row('A024', 'GET', `${ADVICE}/000049146177/_history/5`),
  row('A025', 'GET', '/FHIR/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/1'),
  row('A026', 'POST', `${ADVICE}/000000070001/$ers.sendCommunicationToRequester`, {
    ...withJson(parameters(coded('guidanceOutcome', 'REQUIRE_FURTHER_INFORMATION'))),
    ifMatch: 'W/"6"',
  }),
  row(
    'A027',
    'POST',
    `${REFERRAL}/$ers.createFromCommunicationRequestActionLater`,
    withJson(
      parameters({
        name: 'createFrom',
        valueReference: { reference: 'CommunicationRequest/000000070008/_history/6' },
      }),
    ),
  ),
  row('A028', 'POST', `${REFERRAL}/${OURS.triage}/$ers.recordReviewOutcome`, {
    ...withJson(parameters(coded('reviewOutcome', 'ACCEPT_REFER_BOOK_LATER'))),
    ifMatch: 'W/"1"',
  }),
  row(
    'A029',
    'GET',
    '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/6&intent=proposal&status=ready',
  ),
  row('A030', 'GET', '/FHIR/R4/PractitionerRole'),
  row('A031', 'POST', `${REFERRAL}/000000070005/$ers.changeShortlist`, {
    ...withJson(parameters(shortlist('11002'))),
    ifMatch: 'W/"6"',
  }),
  row('A032', 'POST', `${REFERRAL}/000000070005/$ers.changeShortlistAndSendForTriage`, {
    ...withJson(parameters(shortlist('11012'))),
    ifMatch: 'W/"6"',
  }),
  row('A033', 'GET', '/FHIR/R4/HealthcareService/2'),
  row('A034', 'PUT', '/FHIR/STU3/Appointment/70000', {
    ...withJson('{"resourceType":"Appointment","status":"cancelled"}'),
    ifMatch: 'W/"5"',
  }),
  row('A035', 'GET', '/FHIR/R4/HealthcareService?_id=1,2'),
  row('A036', 'POST', `${REFERRAL}/${OURS.cancel}/$ers.cancelReferral`, {
    ...withJson(parameters(coded('cancellationReason', 'RAISED_IN_ERROR'))),
    ifMatch: 'W/"1"',
  }),
  row('A037', 'HEAD', '/FHIR/R4/HealthcareService/1'),
  row('A038', 'GET', '/FHIR/STU3/Appointment/70000'),
  row('A038', 'GET', '/FHIR/STU3/Appointment/70000/_history/5'),
  row('A040', 'GET', '/FHIR/R4/Practitioner?_query=onBehalfOf'),
  row(
    'A041',
    'GET',
    '/FHIR/R4/ServiceRequest?identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2FUBRN%7C000000070000',
  ),
  row('A042', 'GET', '/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8', { status: 307 }),
  row('A043', 'POST', `${ADVICE}/000049146177/$ers.generateCRI`),
  row(
    'A044',
    'POST',
    `${ADVICE}/$ers.createAdviceAndGuidance`,
    withJson(parameters(patient, shortlist('11014'))),
  ),
];

/** Two message sets that have no interaction in common; each interaction is in one of them. */
const EVEN = ALL_INTERACTIONS.filter((_interaction, at) => at % 2 === 0);
const ODD = ALL_INTERACTIONS.filter((_interaction, at) => at % 2 === 1);
const HALVES = [
  { set: 'even', interactions: EVEN },
  { set: 'odd', interactions: ODD },
];
/** Organisations of the simulator's data set: one for each half, with and without write exceptions. */
const ORGANISATIONS = [
  { odsCode: 'R69', set: 'even', excepted: false },
  { odsCode: 'RCD', set: 'odd', excepted: false },
  { odsCode: 'X26', set: 'even', excepted: true },
  { odsCode: 'R68', set: 'odd', excepted: true },
];

const CELLS: readonly Cell[] = ROWS.flatMap((row) =>
  (['provider', 'referrer', 'user'] as const).flatMap((mode) =>
    [true, false].flatMap((contained) =>
      [true, false].map((excepted) => ({ row, mode, contained, excepted })),
    ),
  ),
);

let stack: Stack;
const applications = new Map<string, Onboarded>();

beforeAll(async () => {
  stack = await startStack({ worker: false });
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      messageSets: HALVES.map(({ set, interactions }) => ({ name: set, interactions })),
    },
  });
  const newApplications = ORGANISATIONS.flatMap(({ odsCode, set }) => [
    { odsCode, capability: 'provider' as const, messageSet: set },
    { odsCode, capability: 'referrer' as const, messageSet: set },
    { odsCode, accessMode: 'user-restricted' as const, messageSet: set },
  ]);
  for (const application of await onboard(stack, newApplications))
    applications.set(`${application.odsCode} ${application.capability ?? 'user'}`, application);
  for (const { odsCode, excepted } of ORGANISATIONS) {
    if (!excepted) continue;
    for (const interaction of WRITES_UNDER_A_USE_CASE)
      await allowWrite(stack, exceptionFor(odsCode, interaction));
  }
  await stack.simulator.control(
    'POST',
    '/referrals',
    [
      { ubrn: OURS.accept, state: 'BOOKED' },
      { ubrn: OURS.triage, state: 'TRIAGE' },
      { ubrn: OURS.cancel, state: 'TRIAGE' },
    ].map((referral) => ({ ...referral, services: ['11012'] })),
  );
  await stack.settled();
});
afterAll(() => stack.stop());

function exceptionFor(organisation: string, interaction: string, capability = 'provider') {
  return {
    environment: 'local',
    organisation,
    product: 'ReferWell',
    capability,
    interaction,
    useCaseReference: 'UC-1',
    expiresOn: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10),
  };
}

function applicationFor({ row: { interaction }, mode, contained, excepted }: Cell): Onboarded {
  const home = EVEN.includes(interaction) ? 'even' : 'odd';
  const organisation = ORGANISATIONS.find(
    (candidate) => candidate.excepted === excepted && (candidate.set === home) === contained,
  );
  const application = applications.get(`${organisation?.odsCode} ${mode}`);
  if (application === undefined) throw new Error('no application for this cell');
  return application;
}

const USER_HEADERS = {
  'NHSD-eRS-Business-Function': 'SERVICE_PROVIDER_CLINICIAN',
  'NHSD-eRS-Comm-Rule-Org': 'R69',
  'NHSD-eRS-File-Name': 'letter.txt',
};

function nameOf({ row: { interaction, method, path }, mode, contained, excepted }: Cell): string {
  return `${interaction} ${method} ${path.slice(0, 60)} | ${mode} | ${contained ? 'in' : 'not in'} the message set | ${excepted ? 'exception' : 'no exception'}`;
}

describe('the oracle', () => {
  it('knows 40 rows of 37 interactions', () => {
    expect([ROWS.length, new Set(ROWS.map(({ interaction }) => interaction)).size]).toEqual([40, 37]);
    expect(CELLS).toHaveLength(480);
  });
  it('allows a provider 14 rows and a referrer 4 when everything is granted', () => {
    const allowed = (mode: Mode) =>
      CELLS.filter(
        (cell) => cell.mode === mode && cell.contained && cell.excepted && oracle(cell) === 'allowed',
      );
    expect([allowed('provider').length, allowed('referrer').length, allowed('user').length]).toEqual([
      14, 4, 0,
    ]);
  });
});

describe.each(
  ROWS.map((row) => [`${row.interaction} ${row.method} ${row.path.split('?')[0]}`, row] as const),
)('%s', (_name, row) => {
  it.each(CELLS.filter((cell) => cell.row === row).map((cell) => [nameOf(cell), cell] as const))(
    '%s',
    async (_cell, cell) => {
      const application = applicationFor(cell);
      const arrivals = await watch(stack);
      const { row: request, mode } = cell;
      const answer = await sendRequest(stack.gateway.partner, request.path, {
        method: request.method,
        key: application.clientKey,
        headers: {
          ...(mode === 'user' ? USER_HEADERS : {}),
          ...(request.ifMatch === undefined ? {} : { 'If-Match': request.ifMatch }),
          ...(request.contentType === undefined ? {} : { 'Content-Type': request.contentType }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      const expected = oracle(cell);
      if (expected === 'allowed') await expectThrough(answer, application, request, await arrivals('ers'));
      else await expectRefused(answer, application, request, expected, await arrivals());
    },
  );
});

async function expectThrough(
  answer: Awaited<ReturnType<typeof sendRequest>>,
  application: Onboarded,
  request: Row,
  arrivals: readonly Arrival[],
): Promise<void> {
  expect({ status: answer.status, text: answer.status === request.status ? '' : answer.text }).toEqual({
    status: request.status,
    text: '',
  });
  expect(answer.header('gatehouse-error-source')).toBeNull();
  const write = WRITES.includes(request.interaction);
  expect(arrivals).toHaveLength(1);
  expect(arrivals[0]).toMatchObject({
    interaction: request.interaction,
    method: request.method,
    apiKey: application.apiKey,
    asid: application.asid,
    odsCode: application.odsCode,
    bodySha256: createHash('sha256')
      .update(request.body ?? '')
      .digest('hex'),
    status: request.status,
    ...(write ? { stateChange: true } : {}),
  });
  const sent = new Map(arrivals[0]?.headers.map(([name, value]) => [name.toLowerCase(), value]));
  expect(sent.get('if-match')).toBe(request.ifMatch);
  expect(sent.get('content-type')).toBe(request.contentType);
  const [intent, outcome, ...more] = await trailOf(stack, answer);
  expect(more).toEqual([]);
  expect(intent).toMatchObject({
    kind: 'INTENT',
    odsCode: application.odsCode,
    asid: application.asid,
    interaction: request.interaction,
    attemptId: answer.header('gatehouse-attempt-id'),
  });
  expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'COMPLETED', status: request.status });
}

async function expectRefused(
  answer: Awaited<ReturnType<typeof sendRequest>>,
  application: Onboarded,
  request: Row,
  expected: { readonly status: number; readonly code: string },
  arrivals: readonly Arrival[],
): Promise<void> {
  // The answer to HEAD has no body with a code, but the audit record has it.
  if (request.method === 'HEAD') expect(answer.status).toBe(expected.status);
  else expect(verdictOf(answer)).toEqual(expected);
  expect(answer.header('gatehouse-error-source')).toBe('gateway');
  expect(arrivals).toEqual([]);
  const trail = await trailOf(stack, answer);
  expect(trail).toHaveLength(1);
  expect(trail[0]).toMatchObject({
    kind: 'DENIED',
    outcome: 'REFUSED',
    code: expected.code,
    status: expected.status,
    interaction: request.interaction,
    clientName: application.client,
    // Without a user session nothing is said of an organisation.
    ...(application.accessMode === 'user-restricted'
      ? { odsCode: null, bindingId: null }
      : { odsCode: application.odsCode, bindingId: expect.any(String) as unknown }),
  });
}

describe('a write exception', () => {
  it.each(ALL_INTERACTIONS.filter((interaction) => !WRITES_UNDER_A_USE_CASE.includes(interaction)))(
    'cannot be granted for %s',
    async (interaction) => {
      const { status, json } = await administer(
        stack,
        'POST',
        '/write-exceptions',
        exceptionFor('R69', interaction),
      );
      expect(status).toBe(400);
      expect(JSON.stringify(json)).toContain('/interaction');
    },
  );
  it('cannot be granted to user-restricted access, which needs none', async () => {
    const { status } = await administer(stack, 'POST', '/write-exceptions', {
      ...exceptionFor('R69', 'A013'),
      accessMode: 'user-restricted',
    });
    expect(status).toBe(400);
  });
});
