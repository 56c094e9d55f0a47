/** Every row of the catalogue succeeds for a user with the right function: from the client's key to e-RS and its trail. */
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { matchOperation } from '@gatehouse/domain/ers/operation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf, watch } from '../../support/answers.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { addPerson, onboardUsers, signIn } from '../../support/users/onboard-users.ts';

const RC = 'REFERRING_CLINICIAN';
const RCA = 'REFERRING_CLINICIAN_ADMIN';
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const REFERRAL = '/FHIR/STU3/ReferralRequest';
const ADVICE = '/FHIR/STU3/CommunicationRequest';
const REFERRER = '700000000101';
const CLINICIAN = '700000000102';
const SECRETARY = '700000000103';

const json = (body: object) => ({ contentType: 'application/fhir+json', body: JSON.stringify(body) });
const parameters = (...parameter: object[]) => json({ resourceType: 'Parameters', parameter });
const coded = (name: string, code: string) => ({ name, valueCoding: { code } });
const listType = (code: string) => ({ name: 'listType', valueCodeableConcept: { coding: [{ code }] } });
const patient = { name: 'patient', valueIdentifier: { value: '9000000009' } };
const shortlist = (...ids: string[]) => ({
  name: 'shortlist',
  resource: { resourceType: 'List', entry: ids.map((value) => ({ item: { identifier: { value } } })) },
});
/** Referrals for the writes that change one, so that none of them changes what another expects. */
const OURS = {
  letter: '000000091012',
  accept: '000000091013',
  reject: '000000091014',
  cancelAppointment: '000000091022',
  triage: '000000091028',
  shortlist: '000000091031',
  sendForTriage: '000000091032',
  cancel: '000000091036',
};

const STATES: Readonly<Record<string, string>> = {
  accept: 'BOOKED',
  reject: 'BOOKED',
  cancelAppointment: 'BOOKED',
  triage: 'TRIAGE',
  cancel: 'TRIAGE',
};

interface Request {
  readonly contentType?: string;
  readonly body?: string;
  readonly ifMatch?: string;
  readonly headers?: Record<string, string>;
}
type Row = [method: string, path: string, businessFunction: string, status: number, request?: Request];

const ROWS: Row[] = [
  ['GET', '/FHIR/STU3/CodeSystem/SPECIALTY', RC, 200],
  ['GET', `${REFERRAL}/000000070000`, SPC, 200],
  ['GET', `${REFERRAL}/000000070000/_history/5`, RC, 200],
  ['GET', '/FHIR/STU3/Binary/att-70000-70001', SPC, 200],
  ['POST', `${REFERRAL}/000000070000/$ers.generateCRI`, SPC, 200],
  [
    'POST',
    `${REFERRAL}/$ers.fetchworklist`,
    SPC,
    200,
    parameters(listType('REFERRALS_FOR_REVIEW'), { name: 'service', valueIdentifier: { value: '11012' } }),
  ],
  [
    'POST',
    '/FHIR/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient',
    RC,
    200,
    parameters(coded('requestType', 'APPOINTMENT_REQUEST'), patient, {
      name: 'searchCriteria',
      resource: {
        resourceType: 'Parameters',
        parameter: [coded('priority', 'ROUTINE'), coded('specialty', 'CARDIOLOGY')],
      },
    }),
  ],
  ['POST', `${REFERRAL}/$ers.createReferral`, RC, 201, parameters(patient, shortlist('11002'))],
  [
    'POST',
    `${REFERRAL}/${OURS.letter}/$ers.maintainReferralLetter`,
    RC,
    200,
    {
      ...parameters({
        name: 'referralLetterFile',
        resource: { content: [{ attachment: { url: 'Binary/att-70000-70001' } }] },
      }),
      ifMatch: 'W/"1"',
    },
  ],
  ['POST', `${REFERRAL}/${OURS.accept}/$ers.acceptReferral`, SPC, 200, { ifMatch: 'W/"1"' }],
  [
    'POST',
    `${REFERRAL}/${OURS.reject}/$ers.rejectReferral`,
    SPC,
    200,
    { ...parameters(coded('rejectionReason', 'OTHER')), ifMatch: 'W/"1"' },
  ],
  [
    'GET',
    '/FHIR/STU3/Slot?schedule.actor:HealthcareService=11000&appointmentType=ROUTINE&status=free&_count=5&page=1',
    RC,
    200,
    { headers: { 'NHSD-eRS-Comm-Rule-Org': 'R69' } },
  ],
  [
    'POST',
    '/FHIR/STU3/Appointment',
    RC,
    201,
    json({
      ...{ resourceType: 'Appointment', status: 'booked', slot: [{ reference: 'Slot/11000021' }] },
      incomingReferral: [{ reference: 'ReferralRequest/000000070005/_history/6' }],
    }),
  ],
  ['POST', `${REFERRAL}/000000070000/$ers.generatePatientLetter`, RC, 200],
  [
    'POST',
    '/FHIR/STU3/Binary',
    RCA,
    201,
    { contentType: 'text/plain', body: 'hello', headers: { 'NHSD-eRS-File-Name': 'test.txt' } },
  ],
  [
    'POST',
    `${REFERRAL}/$ers.createReferralAndSendForTriage`,
    RC,
    201,
    parameters(patient, shortlist('11012')),
  ],
  ['POST', `${ADVICE}/$ers.fetchworklist`, SPC, 200, parameters(listType('ADVICE_AND_GUIDANCE_REQUESTS'))],
  ['GET', `${ADVICE}/000000070001`, SPC, 200],
  ['GET', `${ADVICE}/000049146177/_history/5`, SPC, 200],
  ['GET', '/FHIR/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/1', SPC, 200],
  [
    'POST',
    `${ADVICE}/000000070001/$ers.sendCommunicationToRequester`,
    SPCA,
    200,
    {
      ...parameters(coded('guidanceOutcome', 'REQUIRE_FURTHER_INFORMATION'), {
        name: 'guidance',
        valueString: 'more, please',
      }),
      ifMatch: 'W/"6"',
    },
  ],
  [
    'POST',
    `${REFERRAL}/$ers.createFromCommunicationRequestActionLater`,
    SPC,
    201,
    parameters(
      { name: 'createFrom', valueReference: { reference: 'CommunicationRequest/000000070008/_history/6' } },
      coded('newReferralPriority', 'ROUTINE'),
      { name: 'reviewComments', valueString: 'x' },
    ),
  ],
  [
    'POST',
    `${REFERRAL}/${OURS.triage}/$ers.recordReviewOutcome`,
    SPC,
    200,
    { ...parameters(coded('reviewOutcome', 'ACCEPT_REFER_BOOK_LATER')), ifMatch: 'W/"1"' },
  ],
  [
    'GET',
    '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/6&intent=proposal&status=ready',
    SPC,
    200,
  ],
  ['GET', '/FHIR/R4/PractitionerRole', SPC, 200],
  [
    'POST',
    `${REFERRAL}/${OURS.shortlist}/$ers.changeShortlist`,
    RC,
    200,
    { ...parameters(shortlist('11002', '11000')), ifMatch: 'W/"1"' },
  ],
  [
    'POST',
    `${REFERRAL}/${OURS.sendForTriage}/$ers.changeShortlistAndSendForTriage`,
    RC,
    200,
    { ...parameters(shortlist('11012')), ifMatch: 'W/"1"' },
  ],
  ['GET', '/FHIR/R4/HealthcareService/2', RC, 200],
  ['GET', '/FHIR/R4/HealthcareService?_id=1,2', RC, 200],
  [
    'POST',
    `${REFERRAL}/${OURS.cancel}/$ers.cancelReferral`,
    SPCA,
    200,
    { ...parameters(coded('cancellationReason', 'RAISED_IN_ERROR')), ifMatch: 'W/"1"' },
  ],
  ['HEAD', '/FHIR/R4/HealthcareService/1', RC, 200],
  ['GET', '/FHIR/STU3/Appointment/70000', SPC, 200],
  ['GET', '/FHIR/STU3/Appointment/70000/_history/5', SPC, 200],
  ['GET', '/FHIR/R4/Practitioner?_query=onBehalfOf', SPCA, 200],
  [
    'GET',
    '/FHIR/R4/ServiceRequest?identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2FUBRN%7C000000070000',
    SPC,
    200,
  ],
  ['GET', '/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8', SPC, 307],
  ['POST', `${ADVICE}/000049146177/$ers.generateCRI`, SPC, 200],
  [
    'POST',
    `${ADVICE}/$ers.createAdviceAndGuidance`,
    RC,
    200,
    parameters(
      patient,
      shortlist('11014'),
      coded('providerConversionAuthorisation', 'AUTHORISED_TO_CONVERT'),
      { name: 'request', valueString: 'advice?' },
    ),
  ],
  [
    'POST',
    `${REFERRAL}/${OURS.cancelAppointment}/$ers.cancelAppointmentActionLater`,
    SPC,
    200,
    { ...parameters(coded('cancellationReason', 'PATIENT_CANCELLED')), ifMatch: 'W/"1"' },
  ],
  // The last one: it changes what rows above read.
  [
    'PUT',
    '/FHIR/STU3/Appointment/70000',
    RC,
    200,
    { ...json({ resourceType: 'Appointment', status: 'cancelled' }), ifMatch: 'W/"5"' },
  ],
];

const rowOf = (method: string, path: string) => matchOperation(method, path.split('?')[0] ?? '').operation;
const PERSON: Readonly<Record<string, string>> = {
  [RC]: REFERRER,
  [RCA]: REFERRER,
  [SPC]: CLINICIAN,
  [SPCA]: SECRETARY,
};

let stack: Stack;
let key: string;
const handles = new Map<string, string>();

beforeAll(async () => {
  stack = await startStack();
  ({ clientKey: key } = await onboardUsers(stack, [['R69', 'RCD']]));
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  await stack.simulator.control(
    'POST',
    '/referrals',
    Object.entries(OURS).map(([name, ubrn]) => ({
      ubrn,
      state: STATES[name] ?? 'NOT_BOOKED',
      services: [STATES[name] === undefined ? '11002' : '11012'],
    })),
  );
  await addPerson(stack, { userId: REFERRER, roles: { R69: [RC, RCA] } });
  await addPerson(stack, { userId: CLINICIAN, roles: { R69: [SPC] } });
  await addPerson(stack, { userId: SECRETARY, roles: { R69: [SPCA] }, onBehalfOf: [CLINICIAN] });
  for (const userId of [REFERRER, CLINICIAN, SECRETARY])
    handles.set(userId, (await signIn(stack, key, userId)).handle);
}, 120_000);
afterAll(() => stack.stop());

/** As real callers do, function and on-behalf-of go with every call, whatever the interaction takes. */
function call([method, path, businessFunction, , request = {}]: Row): Promise<Answer> {
  const { contentType, body, ifMatch, headers } = request;
  return sendRequest(stack.gateway.partner, path, {
    ...{ key, method, ...(body === undefined ? {} : { body }) },
    headers: {
      'Gatehouse-User-Session': handles.get(PERSON[businessFunction] ?? '') ?? '',
      'NHSD-eRS-Business-Function': businessFunction,
      ...(businessFunction === SPCA ? { 'NHSD-eRS-On-Behalf-Of-User-ID': CLINICIAN } : {}),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
      ...headers,
    },
  });
}

describe('each interaction as a user', () => {
  it('the table has all 40 rows', () => {
    expect(new Set(ROWS.map(([method, path]) => rowOf(method, path)))).toEqual(new Set(CATALOGUE));
  });

  it.each(ROWS)('%s %s as %s: %i', async (...row) => {
    const [method, path, businessFunction, status] = row;
    const { interaction, businessFunctions, onBehalfOf } = rowOf(method, path);
    const arrivals = await watch(stack);
    const answer = await call(row);
    expect([answer.status, answer.status === status ? '' : String(answer.body)]).toEqual([status, '']);
    const [hit, ...more] = await arrivals('ers');
    expect(more).toEqual([]);
    const sent = new Map((hit?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]));
    const takesFunction = businessFunctions.length > 0;
    const actsForSomebody = onBehalfOf && businessFunction === SPCA;
    expect(hit).toMatchObject({ interaction, userId: PERSON[businessFunction] });
    expect([
      sent.get('nhsd-end-user-organisation-ods'),
      sent.get('nhsd-ers-business-function'),
      sent.get('nhsd-ers-on-behalf-of-user-id'),
    ]).toEqual([
      takesFunction ? 'R69' : undefined,
      takesFunction ? businessFunction : undefined,
      actsForSomebody ? CLINICIAN : undefined,
    ]);
    const [intent, outcome] = await trailOf(stack, answer);
    expect(intent).toMatchObject({
      ...{ kind: 'INTENT', interaction, userId: PERSON[businessFunction], aal: 3, ial: 3 },
      businessFunction: takesFunction ? businessFunction : null,
      onBehalfOfUserId: actsForSomebody ? CLINICIAN : null,
    });
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'COMPLETED' });
  });

  it('one that the function may not perform is refused, and nothing is sent', async () => {
    const arrivals = await watch(stack);
    const answer = await call(['POST', `${REFERRAL}/${OURS.accept}/$ers.acceptReferral`, RC, 403]);
    expect(verdictOf(answer)).toEqual({ status: 403, code: 'GW_BUSINESS_FUNCTION' });
    expect(String(answer.body)).toContain('User does not have the required Business Function');
    expect(await arrivals('ers')).toEqual([]);
  });
});

describe('a session that ends', () => {
  it('while a replica still remembers it sends nothing more', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    handles.set(CLINICIAN, handle);
    const row: Row = ['GET', `${REFERRAL}/000000070000`, SPC, 200];
    expect((await call(row)).status).toBe(200);
    const arrivals = await watch(stack);
    await stack.sql.query(
      `SELECT end_user_sessions(ARRAY(SELECT id FROM user_session WHERE user_id = $1), 'a test', 'for a test', now())`,
      [CLINICIAN],
    );
    const answer = await call(row);
    expect(verdictOf(answer)).toEqual({ status: 401, code: 'GW_USER_SESSION' });
    expect(await arrivals('ers')).toEqual([]);
  });
});
