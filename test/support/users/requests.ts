/** A valid request for each of the 40 rows of the catalogue, as one of the functions that may make it. */
import { matchOperation } from '@gatehouse/domain/ers/operation';
import type { Stack } from '../servers/stack.ts';

export const RC = 'REFERRING_CLINICIAN';
export const RCA = 'REFERRING_CLINICIAN_ADMIN';
export const SPC = 'SERVICE_PROVIDER_CLINICIAN';
export const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
export const REFERRAL = '/FHIR/STU3/ReferralRequest';
const ADVICE = '/FHIR/STU3/CommunicationRequest';

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
export const OURS = {
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
export type Row = [method: string, path: string, businessFunction: string, status: number, request?: Request];

export const ROWS: readonly Row[] = [
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

export const operationOf = ([method, path]: Row) =>
  matchOperation(method, path.split('?')[0] ?? '').operation;

/** Creates the referrals that the requests change. */
export function createReferrals(stack: Stack): Promise<unknown> {
  const referrals = Object.entries(OURS).map(([name, ubrn]) => ({
    ubrn,
    state: STATES[name] ?? 'NOT_BOOKED',
    services: [STATES[name] === undefined ? '11002' : '11012'],
  }));
  return stack.simulator.control('POST', '/referrals', referrals);
}

/** The headers of the request itself, without those that say who makes it. */
export function headersOf([, , , , { contentType, ifMatch, headers } = {}]: Row): Record<string, string> {
  return {
    ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
    ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    ...headers,
  };
}
