/** One row of the e-RS endpoint catalogue (specification of 2026-06-26): 37 interactions in 40 rows. */
export interface InteractionRow {
  /** e-RS's own number, such as A005. */
  readonly id: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** Business functions in which a user may call it; empty if e-RS requires none (A030). */
  readonly userFunctions: readonly string[];
  /** Business functions of the applications that may call it; empty if application-restricted access may not. */
  readonly applicationFunctions: readonly string[];
  /** Whether SERVICE_PROVIDER_CLINICIAN_ADMIN must name the user on whose behalf it acts; if not, it must not. */
  readonly onBehalfOf: boolean;
  readonly write: boolean;
  /** If-Match is required; the status for one that names another version. */
  readonly staleStatus?: 409 | 412;
  /** Media types of a required body. */
  readonly consumes?: readonly string[];
  /** The media type of the answer, for the check of Accept; absent if the endpoint has no 406. */
  readonly produces?: string;
}

const RC = 'REFERRING_CLINICIAN';
const RCA = 'REFERRING_CLINICIAN_ADMIN';
const RA = 'REFERRING_ADMIN';
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const SPA = 'SERVICE_PROVIDER_ADMIN';
const REFERRERS = [RC, RCA];
const PROVIDERS = [SPC, SPCA];
const CLINICAL = [...REFERRERS, ...PROVIDERS];

const PROVIDER_APP = 'PROVIDER_AUTHORISED_APPLICATION';
const REFERRER_APP = 'REFERRER_AUTHORISED_APPLICATION';

const FHIR = 'application/fhir+json';
const PDF = 'application/pdf';
/** The media types A020 takes. */
export const UPLOAD_TYPES: readonly string[] = [
  'text/plain',
  'application/pdf',
  'text/xml',
  'text/rtf',
  'audio/basic',
  'audio/mpeg',
  'image/png',
  'image/gif',
  'image/jpeg',
  'image/tiff',
  'video/mpeg',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/dicom',
];

type Options = Partial<
  Pick<InteractionRow, 'applicationFunctions' | 'onBehalfOf' | 'staleStatus' | 'produces'>
>;
const read = (
  id: string,
  operation: string,
  method: string,
  path: string,
  userFunctions: readonly string[],
  options: Options = {},
): InteractionRow => ({
  id,
  operation,
  method,
  path,
  userFunctions,
  applicationFunctions: [],
  onBehalfOf: userFunctions.includes(SPCA),
  write: false,
  produces: FHIR,
  ...options,
});
const query = (
  id: string,
  operation: string,
  path: string,
  userFunctions: readonly string[],
  options: Options = {},
): InteractionRow => ({
  ...read(id, operation, 'POST', path, userFunctions, options),
  consumes: [FHIR],
});
const write = (
  id: string,
  operation: string,
  method: string,
  path: string,
  userFunctions: readonly string[],
  options: Options = {},
): InteractionRow => ({
  ...query(id, operation, path, userFunctions, options),
  method,
  write: true,
});

const STU3 = '/FHIR/STU3';
const R4 = '/FHIR/R4';
const REFERRAL = `${STU3}/ReferralRequest`;
const ADVICE = `${STU3}/CommunicationRequest`;
const forProviderApps = { applicationFunctions: [PROVIDER_APP] };
const forReferrerApps = { applicationFunctions: [REFERRER_APP] };

const { consumes: _none, ...acceptReferral } = write(
  'A013',
  'acceptReferral',
  'POST',
  `${REFERRAL}/{ubrn}/$ers.acceptReferral`,
  PROVIDERS,
  { ...forProviderApps, staleStatus: 412 },
);

export const INTERACTIONS: readonly InteractionRow[] = [
  read('A004', 'codeSystem', 'GET', `${STU3}/CodeSystem/{codeSystemType}`, CLINICAL, {
    applicationFunctions: [PROVIDER_APP, REFERRER_APP],
  }),
  read('A005', 'referral', 'GET', `${REFERRAL}/{ubrn}`, CLINICAL, forProviderApps),
  read('A005', 'referralVersion', 'GET', `${REFERRAL}/{ubrn}/_history/{version}`, CLINICAL, forProviderApps),
  read('A006', 'attachmentBytes', 'GET', `${STU3}/Binary/{id}`, CLINICAL, {
    ...forProviderApps,
    produces: '*/*',
  }),
  read('A007', 'clinicalInformation', 'POST', `${REFERRAL}/{ubrn}/$ers.generateCRI`, CLINICAL, {
    ...forProviderApps,
    produces: PDF,
  }),
  query(
    'A008',
    'referralWorklist',
    `${REFERRAL}/$ers.fetchworklist`,
    [RC, RCA, RA, SPC, SPA, SPCA],
    forProviderApps,
  ),
  query(
    'A010',
    'serviceSearch',
    `${STU3}/HealthcareService/$ers.searchHealthcareServicesForPatient`,
    REFERRERS,
  ),
  write('A011', 'createReferral', 'POST', `${REFERRAL}/$ers.createReferral`, REFERRERS),
  write(
    'A012',
    'maintainReferralLetter',
    'POST',
    `${REFERRAL}/{ubrn}/$ers.maintainReferralLetter`,
    REFERRERS,
    { staleStatus: 412 },
  ),
  acceptReferral,
  write('A014', 'rejectReferral', 'POST', `${REFERRAL}/{ubrn}/$ers.rejectReferral`, PROVIDERS, {
    staleStatus: 412,
  }),
  read('A015', 'slots', 'GET', `${STU3}/Slot`, REFERRERS),
  write('A016', 'bookAppointment', 'POST', `${STU3}/Appointment`, REFERRERS),
  read('A019', 'patientLetter', 'POST', `${REFERRAL}/{ubrn}/$ers.generatePatientLetter`, REFERRERS, {
    produces: PDF,
  }),
  { ...write('A020', 'uploadAttachment', 'POST', `${STU3}/Binary`, CLINICAL), consumes: UPLOAD_TYPES },
  write(
    'A021',
    'createReferralForTriage',
    'POST',
    `${REFERRAL}/$ers.createReferralAndSendForTriage`,
    REFERRERS,
  ),
  write(
    'A022',
    'cancelAppointment',
    'POST',
    `${REFERRAL}/{ubrn}/$ers.cancelAppointmentActionLater`,
    PROVIDERS,
    { staleStatus: 412 },
  ),
  query('A023', 'adviceWorklist', `${ADVICE}/$ers.fetchworklist`, [SPC, SPA, SPCA]),
  read('A024', 'advice', 'GET', `${ADVICE}/{ubrn}`, CLINICAL, forProviderApps),
  read('A024', 'adviceVersion', 'GET', `${ADVICE}/{ubrn}/_history/{version}`, CLINICAL, forProviderApps),
  read('A025', 'conversation', 'GET', `${STU3}/Communication`, CLINICAL, forProviderApps),
  write('A026', 'sendAdvice', 'POST', `${ADVICE}/{ubrn}/$ers.sendCommunicationToRequester`, PROVIDERS, {
    staleStatus: 409,
  }),
  write(
    'A027',
    'convertAdvice',
    'POST',
    `${REFERRAL}/$ers.createFromCommunicationRequestActionLater`,
    PROVIDERS,
  ),
  write('A028', 'recordReviewOutcome', 'POST', `${REFERRAL}/{ubrn}/$ers.recordReviewOutcome`, PROVIDERS, {
    ...forProviderApps,
    staleStatus: 412,
  }),
  read('A029', 'availableActions', 'GET', `${STU3}/Task`, CLINICAL, forProviderApps),
  read('A030', 'businessFunctions', 'GET', `${R4}/PractitionerRole`, []),
  write('A031', 'changeShortlist', 'POST', `${REFERRAL}/{ubrn}/$ers.changeShortlist`, REFERRERS, {
    staleStatus: 409,
  }),
  write(
    'A032',
    'changeShortlistForTriage',
    'POST',
    `${REFERRAL}/{ubrn}/$ers.changeShortlistAndSendForTriage`,
    REFERRERS,
    { staleStatus: 409 },
  ),
  read('A033', 'healthcareService', 'GET', `${R4}/HealthcareService/{id}`, REFERRERS, forReferrerApps),
  write('A034', 'updateAppointment', 'PUT', `${STU3}/Appointment/{id}`, REFERRERS, { staleStatus: 412 }),
  read('A035', 'healthcareServices', 'GET', `${R4}/HealthcareService`, REFERRERS, forReferrerApps),
  write('A036', 'cancelReferral', 'POST', `${REFERRAL}/{ubrn}/$ers.cancelReferral`, CLINICAL, {
    ...forProviderApps,
    staleStatus: 412,
  }),
  read('A037', 'healthcareServiceVersion', 'HEAD', `${R4}/HealthcareService/{id}`, REFERRERS, {
    ...forReferrerApps,
    produces: '*/*',
  }),
  read('A038', 'appointment', 'GET', `${STU3}/Appointment/{id}`, CLINICAL),
  read('A038', 'appointmentVersion', 'GET', `${STU3}/Appointment/{id}/_history/{version}`, CLINICAL),
  read('A040', 'onBehalfOfUsers', 'GET', `${R4}/Practitioner`, [SPCA], { onBehalfOf: false }),
  read('A041', 'serviceRequests', 'GET', `${R4}/ServiceRequest`, CLINICAL),
  read('A042', 'attachmentRedirect', 'GET', `${R4}/Binary/{id}`, CLINICAL, {
    ...forProviderApps,
    produces: '*/*',
  }),
  read('A043', 'adviceOverview', 'POST', `${ADVICE}/{ubrn}/$ers.generateCRI`, CLINICAL, {
    ...forProviderApps,
    produces: PDF,
  }),
  write('A044', 'createAdvice', 'POST', `${ADVICE}/$ers.createAdviceAndGuidance`, REFERRERS),
];
