import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ADVICE,
  callAs,
  coded,
  freshErs,
  ifMatch,
  listType,
  parameters,
  patient,
  REFERRAL,
  service,
  shortlist,
  WORKLIST,
  type Who,
} from '../testing/ers-caller.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { pathOnly } from '../wire/exchange.js';
import { INTERACTIONS } from './interactions.js';
import { route } from './route.js';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(() => freshErs(h));
const call = (...args: Parameters<typeof callAs> extends [Harness, ...infer Rest] ? Rest : never) =>
  callAs(h, ...args);

describe('the catalogue', () => {
  it('has 40 rows of 37 interactions, each found by its own method and path', () => {
    expect([INTERACTIONS.length, new Set(INTERACTIONS.map(({ id }) => id)).size]).toEqual([40, 37]);
    for (const row of INTERACTIONS)
      expect(route(row.method, row.path.replace(/\{(\w+)\}/g, 'x'))?.row).toBe(row);
  });
  it.each([
    '/FHIR/STU3/ReferralRequest',
    '/FHIR/STU3/ReferralRequest/',
    '/FHIR/STU3/ReferralRequest/1/$ers.nothing',
    '/FHIR/R5/Binary/1',
    '/FHIR/STU3/constructor/1',
  ])('has nothing at %s', (path) => {
    expect(route('GET', path)).toBeUndefined();
  });
});

const BOOKING = {
  resourceType: 'Appointment',
  status: 'booked',
  slot: [{ reference: 'Slot/11000021' }],
  incomingReferral: [{ reference: 'ReferralRequest/000000070005/_history/6' }],
};
const SEARCH = parameters(coded('requestType', 'APPOINTMENT_REQUEST'), patient(), {
  name: 'searchCriteria',
  resource: parameters(coded('priority', 'ROUTINE'), coded('specialty', 'CARDIOLOGY')),
});

/** One valid call of every row: id, caller, method, path, status, options. */
const GOOD: [string, Who, string, string, number, { headers?: Record<string, string>; body?: unknown }?][] = [
  ...[
    'SPECIALTY',
    'APPOINTMENT-CANCELLATION-REASON',
    'CLINIC-TYPE',
    'REFERRAL-CANCELLATION-REASON',
    'APPOINTMENT-NON-ATTENDANCE-REASON',
    'PRIORITY',
  ].map((type): [string, Who, string, string, number] => [
    'A004',
    'referrer',
    'GET',
    `/FHIR/STU3/CodeSystem/${type}`,
    200,
  ]),
  ['A005', 'provider', 'GET', `${REFERRAL}/000000070000`, 200],
  ['A005', 'RC', 'GET', `${REFERRAL}/000000070000/_history/5`, 200],
  ['A006', 'SPC', 'GET', '/FHIR/STU3/Binary/att-70000-70001', 200],
  ['A007', 'provider', 'POST', `${REFERRAL}/000000070000/$ers.generateCRI`, 200],
  [
    'A008',
    'provider',
    'POST',
    WORKLIST,
    200,
    { body: parameters(listType('REFERRALS_FOR_REVIEW'), service('11012')) },
  ],
  [
    'A010',
    'RC',
    'POST',
    '/FHIR/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient',
    200,
    { body: SEARCH },
  ],
  [
    'A011',
    'RC',
    'POST',
    `${REFERRAL}/$ers.createReferral`,
    201,
    { body: parameters(patient(), shortlist('11002')) },
  ],
  [
    'A012',
    'RC',
    'POST',
    `${REFERRAL}/000000070005/$ers.maintainReferralLetter`,
    200,
    {
      headers: ifMatch(6),
      body: parameters({
        name: 'referralLetterFile',
        resource: { content: [{ attachment: { url: 'Binary/att-70000-70001' } }] },
      }),
    },
  ],
  ['A013', 'provider', 'POST', `${REFERRAL}/000000070000/$ers.acceptReferral`, 200, { headers: ifMatch(6) }],
  [
    'A014',
    'SPC',
    'POST',
    `${REFERRAL}/000000070000/$ers.rejectReferral`,
    200,
    { headers: ifMatch(6), body: parameters(coded('rejectionReason', 'OTHER')) },
  ],
  [
    'A015',
    'RC',
    'GET',
    '/FHIR/STU3/Slot?schedule.actor:HealthcareService=11000&appointmentType=ROUTINE&status=free&_count=5&page=1',
    200,
    { headers: { 'NHSD-eRS-Comm-Rule-Org': 'R69' } },
  ],
  ['A016', 'RC', 'POST', '/FHIR/STU3/Appointment', 201, { body: BOOKING }],
  ['A019', 'RC', 'POST', `${REFERRAL}/000000070000/$ers.generatePatientLetter`, 200],
  [
    'A020',
    'RC',
    'POST',
    '/FHIR/STU3/Binary',
    201,
    { headers: { 'Content-Type': 'text/plain', 'NHSD-eRS-File-Name': 'test.txt' }, body: 'hello' },
  ],
  [
    'A021',
    'RC',
    'POST',
    `${REFERRAL}/$ers.createReferralAndSendForTriage`,
    201,
    { body: parameters(patient(), shortlist('11012')) },
  ],
  [
    'A022',
    'SPC',
    'POST',
    `${REFERRAL}/000000070000/$ers.cancelAppointmentActionLater`,
    200,
    { headers: ifMatch(6), body: parameters(coded('cancellationReason', 'PATIENT_CANCELLED')) },
  ],
  [
    'A023',
    'SPC',
    'POST',
    `${ADVICE}/$ers.fetchworklist`,
    200,
    { body: parameters(listType('ADVICE_AND_GUIDANCE_REQUESTS')) },
  ],
  ['A024', 'provider', 'GET', `${ADVICE}/000000070001`, 200],
  ['A024', 'provider', 'GET', `${ADVICE}/000049146177/_history/5`, 200],
  [
    'A025',
    'provider',
    'GET',
    '/FHIR/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/1',
    200,
  ],
  [
    'A026',
    'SPC',
    'POST',
    `${ADVICE}/000000070001/$ers.sendCommunicationToRequester`,
    200,
    {
      headers: ifMatch(6),
      body: parameters(coded('guidanceOutcome', 'REQUIRE_FURTHER_INFORMATION'), {
        name: 'guidance',
        valueString: 'more, please',
      }),
    },
  ],
  [
    'A027',
    'SPC',
    'POST',
    `${REFERRAL}/$ers.createFromCommunicationRequestActionLater`,
    201,
    {
      body: parameters(
        { name: 'createFrom', valueReference: { reference: 'CommunicationRequest/000000070008/_history/6' } },
        coded('newReferralPriority', 'ROUTINE'),
        { name: 'reviewComments', valueString: 'x' },
      ),
    },
  ],
  [
    'A028',
    'provider',
    'POST',
    `${REFERRAL}/000000070002/$ers.recordReviewOutcome`,
    200,
    { headers: ifMatch(3), body: parameters(coded('reviewOutcome', 'ACCEPT_REFER_BOOK_LATER')) },
  ],
  [
    'A029',
    'provider',
    'GET',
    '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/6&intent=proposal&status=ready',
    200,
  ],
  ['A030', 'SPC', 'GET', '/FHIR/R4/PractitionerRole', 200],
  [
    'A031',
    'RC',
    'POST',
    `${REFERRAL}/000000070005/$ers.changeShortlist`,
    200,
    { headers: ifMatch(6), body: parameters(shortlist('11002', '11000')) },
  ],
  [
    'A032',
    'RC',
    'POST',
    `${REFERRAL}/000000070005/$ers.changeShortlistAndSendForTriage`,
    200,
    { headers: ifMatch(6), body: parameters(shortlist('11012')) },
  ],
  ['A033', 'referrer', 'GET', '/FHIR/R4/HealthcareService/2', 200],
  [
    'A034',
    'RC',
    'PUT',
    '/FHIR/STU3/Appointment/70000',
    200,
    { headers: ifMatch(5), body: { resourceType: 'Appointment', status: 'cancelled' } },
  ],
  ['A035', 'referrer', 'GET', '/FHIR/R4/HealthcareService?_id=1,2', 200],
  [
    'A036',
    'provider',
    'POST',
    `${REFERRAL}/000000070002/$ers.cancelReferral`,
    200,
    { headers: ifMatch(3), body: parameters(coded('cancellationReason', 'RAISED_IN_ERROR')) },
  ],
  ['A037', 'referrer', 'HEAD', '/FHIR/R4/HealthcareService/1', 200],
  ['A038', 'SPC', 'GET', '/FHIR/STU3/Appointment/70000', 200],
  ['A038', 'SPC', 'GET', '/FHIR/STU3/Appointment/70000/_history/5', 200],
  ['A040', 'SPCA', 'GET', '/FHIR/R4/Practitioner?_query=onBehalfOf', 200],
  [
    'A041',
    'SPC',
    'GET',
    '/FHIR/R4/ServiceRequest?identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2FUBRN%7C000000070000',
    200,
  ],
  ['A042', 'provider', 'GET', '/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8', 307],
  ['A043', 'provider', 'POST', `${ADVICE}/000049146177/$ers.generateCRI`, 200],
  [
    'A044',
    'RC',
    'POST',
    `${ADVICE}/$ers.createAdviceAndGuidance`,
    200,
    {
      body: parameters(
        patient(),
        shortlist('11014'),
        coded('providerConversionAuthorisation', 'AUTHORISED_TO_CONVERT'),
        { name: 'request', valueString: 'advice?' },
      ),
    },
  ],
];

describe('every row answers a valid call, and only writes change state', () => {
  it('the table has them all', () =>
    expect(GOOD.map(([id]) => id).filter((id, i, ids) => ids.indexOf(id) === i)).toHaveLength(37));
  it.each(GOOD)('%s %s %s %s: %i', async (id, who, method, path, status, options) => {
    const response = await call(who, method, path, options);
    expect({ status: response.status, body: response.status === status ? '' : response.body }).toEqual({
      status,
      body: '',
    });
    const row = INTERACTIONS.find((candidate) => candidate.id === id);
    const record = (await h.requests()).at(-1);
    expect(record?.interaction).toBe(id);
    expect(record?.stateChange ?? false).toBe(row?.write);
    expect((await h.counters()).stateChanges).toBe(row?.write === true ? 1 : 0);
  });
});

describe('every row answers a user with the right function', () => {
  const asUser: Readonly<Partial<Record<Who, Who>>> = { provider: 'SPC', referrer: 'RC' };
  it('the table has all 40', () => {
    const rows = GOOD.map(([, , method, path]) => route(method, pathOnly(path))?.row);
    expect(new Set(rows)).toEqual(new Set(INTERACTIONS));
  });
  it.each(GOOD)('%s %s %s %s: %i', async (id, who, method, path, status, options) => {
    const response = await call(asUser[who] ?? who, method, path, options);
    expect({ status: response.status, body: response.status === status ? '' : response.body }).toEqual({
      status,
      body: '',
    });
    expect((await h.requests()).at(-1)).toMatchObject({
      interaction: id,
      accessMode: 'user-restricted',
      userId: '555073103100',
    });
  });
});
