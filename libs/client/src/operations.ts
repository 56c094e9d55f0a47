/** Generated from `libs/domain/src/ers/catalogue.ts` by `npm run docs`. */
import type { FileBody, JsonBody } from './bodies.js';

/** The forms of the parameters. */
export const PARAMETERS = {
  codeSystem:
    /^(?:SPECIALTY|APPOINTMENT-CANCELLATION-REASON|CLINIC-TYPE|REFERRAL-CANCELLATION-REASON|APPOINTMENT-NON-ATTENDANCE-REASON|PRIORITY)$/,
  ubrn: /^[0-9]{12}$/,
  version: /^[1-9][0-9]{0,5}$/,
  binaryId:
    /^(?:att-[0-9]{1,12}-[0-9]{1,12}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})$/,
  serviceId: /^[1-9][0-9]{0,11}$/,
  appointmentType: /^(?:ROUTINE|URGENT|TWO_WEEK_WAIT)$/,
  slotStatus: /^(?:free)$/,
  pageSize: /^(?:[1-9][0-9]?|100)$/,
  pageNumber: /^[1-9][0-9]{0,3}$/,
  userId: /^[0-9]{12}$/,
  slotInclude: /^(?:Slot:schedule)$/,
  communicationRequestReference: /^CommunicationRequest\/[0-9]{12}(?:\/_history\/[1-9][0-9]{0,5})?$/,
  communicationInclude:
    /^(?:Communication:requester-practitionerrole:PractitionerRole|Communication:sender-practitionerrole:PractionerRole|Communication:content-reference:DocumentReference)$/,
  taskFocus: /^(?:ReferralRequest|CommunicationRequest)\/[0-9]{12}(?:\/_history\/[1-9][0-9]{0,5})?$/,
  taskIntent: /^(?:proposal)$/,
  taskStatus: /^(?:ready)$/,
  appointmentId: /^[1-9][0-9]{0,11}$/,
  serviceIdList: /^[1-9][0-9]{0,11}(?:,[1-9][0-9]{0,11}){0,99}$/,
  onBehalfOfQuery: /^(?:onBehalfOf)$/,
  ubrnIdentifier: /^(?:https:\/\/fhir\.nhs\.uk\/Id\/UBRN\|)?[0-9]{12}$/,
} as const;

/** How each interaction is called. */
export const OPERATIONS = {
  a004RetrieveReferenceData: {
    method: 'GET',
    path: '/FHIR/STU3/CodeSystem/{codeSystem}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a005RetrieveReferralRequest: {
    method: 'GET',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a005RetrieveReferralRequestVersioned: {
    method: 'GET',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/_history/{version}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a006RetrieveAttachment: {
    method: 'GET',
    path: '/FHIR/STU3/Binary/{binaryId}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a007RetrieveClinicalInformation: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.generateCRI',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a008RetrieveWorklist: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    reads: true,
    query: {},
    headers: {},
    body: 'json',
  },
  a010PatientServiceSearch: {
    method: 'POST',
    path: '/FHIR/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient',
    reads: true,
    query: {},
    headers: {},
    body: 'json',
  },
  a011CreateReferral: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/$ers.createReferral',
    reads: false,
    query: {},
    headers: {},
    body: 'json',
  },
  a012MaintainReferralLetter: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.maintainReferralLetter',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a013AcceptReferral: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.acceptReferral',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: null,
  },
  a014RejectReferral: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.rejectReferral',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a015RetrieveAppointmentSlots: {
    method: 'GET',
    path: '/FHIR/STU3/Slot',
    reads: true,
    query: {
      'schedule.actor:HealthcareService': 'serviceId',
      appointmentType: 'appointmentType',
      status: 'slotStatus',
      _count: 'pageSize',
      page: 'pageNumber',
      'schedule.actor:Practitioner': 'userId',
      _include: 'slotInclude',
    },
    headers: { commRuleOrg: 'NHSD-eRS-Comm-Rule-Org' },
    body: null,
  },
  a016BookOrDeferAppointment: {
    method: 'POST',
    path: '/FHIR/STU3/Appointment',
    reads: false,
    query: {},
    headers: {},
    body: 'json',
  },
  a019GeneratePatientLetter: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.generatePatientLetter',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a020UploadFileToDocumentStore: {
    method: 'POST',
    path: '/FHIR/STU3/Binary',
    reads: false,
    query: {},
    headers: { fileName: 'NHSD-eRS-File-Name', referralId: 'NHSD-eRS-Referral-ID' },
    body: 'file',
  },
  a021CreateReferralRequestAndSendForTriage: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/$ers.createReferralAndSendForTriage',
    reads: false,
    query: {},
    headers: {},
    body: 'json',
  },
  a022CancelAppointmentActionLater: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.cancelAppointmentActionLater',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a023RetrieveAAndGWorklist: {
    method: 'POST',
    path: '/FHIR/STU3/CommunicationRequest/$ers.fetchworklist',
    reads: true,
    query: {},
    headers: {},
    body: 'json',
  },
  a024RetrieveAdviceAndGuidance: {
    method: 'GET',
    path: '/FHIR/STU3/CommunicationRequest/{ubrn}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a024RetrieveAdviceAndGuidanceVersioned: {
    method: 'GET',
    path: '/FHIR/STU3/CommunicationRequest/{ubrn}/_history/{version}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a025RetrieveAdviceAndGuidanceConversation: {
    method: 'GET',
    path: '/FHIR/STU3/Communication',
    reads: true,
    query: { 'based-on': 'communicationRequestReference', _include: 'communicationInclude' },
    headers: {},
    body: null,
  },
  a026SendAAndGResponse: {
    method: 'POST',
    path: '/FHIR/STU3/CommunicationRequest/{ubrn}/$ers.sendCommunicationToRequester',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a027ConvertAAndGToReferral: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/$ers.createFromCommunicationRequestActionLater',
    reads: false,
    query: {},
    headers: {},
    body: 'json',
  },
  a028RecordTriageOutcome: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.recordReviewOutcome',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a029AvailableActionsForUserList: {
    method: 'GET',
    path: '/FHIR/STU3/Task',
    reads: true,
    query: { focus: 'taskFocus', intent: 'taskIntent', status: 'taskStatus' },
    headers: {},
    body: null,
  },
  a030RetrieveBusinessFunctions: {
    method: 'GET',
    path: '/FHIR/R4/PractitionerRole',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a031ChangeShortlist: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.changeShortlist',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a032ChangeShortlistAndSendForTriage: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.changeShortlistAndSendForTriage',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a033RetrieveHealthcareService: {
    method: 'GET',
    path: '/FHIR/R4/HealthcareService/{serviceId}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a034UpdateAppointment: {
    method: 'PUT',
    path: '/FHIR/STU3/Appointment/{appointmentId}',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a035SearchForHealthcareServices: {
    method: 'GET',
    path: '/FHIR/R4/HealthcareService',
    reads: true,
    query: { _id: 'serviceIdList' },
    headers: {},
    body: null,
  },
  a036CancelReferral: {
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/{ubrn}/$ers.cancelReferral',
    reads: false,
    query: {},
    headers: { ifMatch: 'If-Match' },
    body: 'json',
  },
  a037RetrieveHealthcareServiceVersion: {
    method: 'HEAD',
    path: '/FHIR/R4/HealthcareService/{serviceId}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a038RetrieveAppointment: {
    method: 'GET',
    path: '/FHIR/STU3/Appointment/{appointmentId}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a038RetrieveAppointmentVersioned: {
    method: 'GET',
    path: '/FHIR/STU3/Appointment/{appointmentId}/_history/{version}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a040RetrievePractitionerInfo: {
    method: 'GET',
    path: '/FHIR/R4/Practitioner',
    reads: true,
    query: { _query: 'onBehalfOfQuery' },
    headers: {},
    body: null,
  },
  a041SearchServiceRequest: {
    method: 'GET',
    path: '/FHIR/R4/ServiceRequest',
    reads: true,
    query: { identifier: 'ubrnIdentifier' },
    headers: {},
    body: null,
  },
  a042RetrieveAttachment: {
    method: 'GET',
    path: '/FHIR/R4/Binary/{binaryId}',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a043RetrieveAdviceAndGuidanceOverviewPdf: {
    method: 'POST',
    path: '/FHIR/STU3/CommunicationRequest/{ubrn}/$ers.generateCRI',
    reads: true,
    query: {},
    headers: {},
    body: null,
  },
  a044CreateAdviceAndGuidanceRequest: {
    method: 'POST',
    path: '/FHIR/STU3/CommunicationRequest/$ers.createAdviceAndGuidance',
    reads: false,
    query: {},
    headers: {},
    body: 'json',
  },
} as const;

/** What each interaction needs, by the name of its method. */
export interface Requests {
  /** A004: Retrieve reference data. It reads. */
  readonly a004RetrieveReferenceData: {
    readonly codeSystem:
      | 'SPECIALTY'
      | 'APPOINTMENT-CANCELLATION-REASON'
      | 'CLINIC-TYPE'
      | 'REFERRAL-CANCELLATION-REASON'
      | 'APPOINTMENT-NON-ATTENDANCE-REASON'
      | 'PRIORITY';
  };
  /** A005: Retrieve referral request. It reads. */
  readonly a005RetrieveReferralRequest: { readonly ubrn: string };
  /** A005: Retrieve referral request (versioned). It reads. */
  readonly a005RetrieveReferralRequestVersioned: { readonly ubrn: string; readonly version: string };
  /** A006: Retrieve attachment. It reads. @deprecated by e-RS */
  readonly a006RetrieveAttachment: { readonly binaryId: string };
  /** A007: Retrieve clinical information. It reads. */
  readonly a007RetrieveClinicalInformation: { readonly ubrn: string };
  /** A008: Retrieve referral worklist. It reads. */
  readonly a008RetrieveWorklist: { readonly body: JsonBody };
  /** A010: Patient service search. It reads. */
  readonly a010PatientServiceSearch: { readonly body: JsonBody };
  /** A011: Create referral. It writes, and is sent once. */
  readonly a011CreateReferral: { readonly body: JsonBody };
  /** A012: Maintain referral letter. It writes, and is sent once. */
  readonly a012MaintainReferralLetter: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A013: Accept referral. It writes, and is sent once. */
  readonly a013AcceptReferral: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
  };
  /** A014: Reject referral. It writes, and is sent once. */
  readonly a014RejectReferral: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A015: Retrieve appointment slots. It reads. */
  readonly a015RetrieveAppointmentSlots: {
    /** The commissioning organisation, by its ODS code. */ readonly commRuleOrg: string;
    readonly query: {
      readonly 'schedule.actor:HealthcareService': string;
      readonly appointmentType: 'ROUTINE' | 'URGENT' | 'TWO_WEEK_WAIT';
      readonly status: 'free';
      readonly _count: string;
      readonly page: string;
      readonly 'schedule.actor:Practitioner'?: string;
      readonly _include?: 'Slot:schedule';
    };
  };
  /** A016: Book or defer appointment. It writes, and is sent once. */
  readonly a016BookOrDeferAppointment: { readonly body: JsonBody };
  /** A019: Generate patient letter. It reads. */
  readonly a019GeneratePatientLetter: { readonly ubrn: string };
  /** A020: Upload file to document store. It writes, and is sent once. */
  readonly a020UploadFileToDocumentStore: {
    /** A plain name with one extension of a permitted type. */ readonly fileName: string;
    /** The UBRN of the referral to which the file belongs. */ readonly referralId?: string;
    readonly body: FileBody<
      | 'text/plain'
      | 'application/pdf'
      | 'text/xml'
      | 'text/rtf'
      | 'audio/basic'
      | 'audio/mpeg'
      | 'image/png'
      | 'image/gif'
      | 'image/jpeg'
      | 'image/tiff'
      | 'video/mpeg'
      | 'application/msword'
      | 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
      | 'application/dicom'
    >;
  };
  /** A021: Create referral and send for triage. It writes, and is sent once. @deprecated by e-RS */
  readonly a021CreateReferralRequestAndSendForTriage: { readonly body: JsonBody };
  /** A022: Cancel appointment, action later. It writes, and is sent once. */
  readonly a022CancelAppointmentActionLater: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A023: Retrieve advice and guidance requests worklist. It reads. */
  readonly a023RetrieveAAndGWorklist: { readonly body: JsonBody };
  /** A024: Retrieve advice and guidance request summary. It reads. */
  readonly a024RetrieveAdviceAndGuidance: { readonly ubrn: string };
  /** A024: Retrieve advice and guidance request summary (versioned). It reads. */
  readonly a024RetrieveAdviceAndGuidanceVersioned: { readonly ubrn: string; readonly version: string };
  /** A025: Retrieve advice and guidance conversation. It reads. */
  readonly a025RetrieveAdviceAndGuidanceConversation: {
    readonly query: {
      readonly 'based-on': string;
      readonly _include?:
        | 'Communication:requester-practitionerrole:PractitionerRole'
        | 'Communication:sender-practitionerrole:PractionerRole'
        | 'Communication:content-reference:DocumentReference';
    };
  };
  /** A026: Send advice and guidance response. It writes, and is sent once. */
  readonly a026SendAAndGResponse: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A027: Convert advice and guidance request to referral. It writes, and is sent once. */
  readonly a027ConvertAAndGToReferral: { readonly body: JsonBody };
  /** A028: Record triage outcome. It writes, and is sent once. */
  readonly a028RecordTriageOutcome: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A029: Available actions for user. It reads. */
  readonly a029AvailableActionsForUserList: {
    readonly query: { readonly focus: string; readonly intent: 'proposal'; readonly status: 'ready' };
  };
  /** A030: Retrieve user business functions. It reads. */
  readonly a030RetrieveBusinessFunctions: Record<never, never>;
  /** A031: Change shortlist. It writes, and is sent once. */
  readonly a031ChangeShortlist: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A032: Change shortlist and send for triage. It writes, and is sent once. @deprecated by e-RS */
  readonly a032ChangeShortlistAndSendForTriage: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A033: Retrieve healthcare service. It reads. */
  readonly a033RetrieveHealthcareService: { readonly serviceId: string };
  /** A034: Update appointment. It writes, and is sent once. */
  readonly a034UpdateAppointment: {
    readonly appointmentId: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A035: Search for healthcare services. It reads. */
  readonly a035SearchForHealthcareServices: { readonly query: { readonly _id: string } };
  /** A036: Cancel referral. It writes, and is sent once. */
  readonly a036CancelReferral: {
    readonly ubrn: string;
    /** The version that was read: W/"5". */ readonly ifMatch: string;
    readonly body: JsonBody;
  };
  /** A037: Retrieve healthcare service version. It reads. */
  readonly a037RetrieveHealthcareServiceVersion: { readonly serviceId: string };
  /** A038: Retrieve appointment. It reads. */
  readonly a038RetrieveAppointment: { readonly appointmentId: string };
  /** A038: Retrieve appointment (versioned). It reads. */
  readonly a038RetrieveAppointmentVersioned: { readonly appointmentId: string; readonly version: string };
  /** A040: Retrieve "on-behalf-of" practitioner user information. It reads. */
  readonly a040RetrievePractitionerInfo: { readonly query: { readonly _query: 'onBehalfOf' } };
  /** A041: Search for service requests. It reads. */
  readonly a041SearchServiceRequest: { readonly query: { readonly identifier: string } };
  /** A042: Retrieve attachment. It reads. */
  readonly a042RetrieveAttachment: { readonly binaryId: string };
  /** A043: Retrieve advice and guidance overview PDF. It reads. */
  readonly a043RetrieveAdviceAndGuidanceOverviewPdf: { readonly ubrn: string };
  /** A044: Create advice and guidance request. It writes, and is sent once. */
  readonly a044CreateAdviceAndGuidanceRequest: { readonly body: JsonBody };
}
