import type { Attachment } from './attachment.js';
import {
  concept,
  extension,
  identifier,
  ODS_CODE,
  profile,
  shortlistParts,
  STU3_CODES,
  STU3_NHS_NUMBER,
  STU3_PROFILES,
  STU3_SERVICE,
  STU3_USER,
  type Fhir,
} from '../fhir.js';
import { documentReference } from './referral.js';
import type { Service } from './services.js';
import type { Versioned } from './versioned.js';

/** The state of an advice and guidance request. */
export type AdviceState =
  | 'PROVIDER_RESPONSE_REQUIRED'
  | 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'
  | 'ADVICE_PROVIDED'
  | 'CONVERTED_TO_REFERRAL';

/** One message of the conversation. */
export interface AdviceMessage {
  readonly id: string;
  readonly sentBy: 'REQUESTER' | 'RESPONDER';
  readonly text: string;
  readonly sentAt: string;
  readonly userId: string;
  readonly odsCode: string;
  /** The version of the request that the message created. */
  readonly version: number;
  readonly attachments: readonly Attachment[];
}

/** An advice and guidance request (CommunicationRequest). Everything in it is synthetic. */
export interface AdviceRequest extends Versioned {
  readonly ubrn: string;
  readonly nhsNumber: string;
  organisations: Set<string>;
  state: AdviceState;
  priority: string;
  readonly specialty: string;
  readonly services: Service[];
  readonly convertible: boolean;
  readonly requestedAt: string;
  readonly referrerUserId: string;
  readonly referrerOdsCode: string;
  readonly attachments: Attachment[];
  messages: AdviceMessage[];
  patientError?: boolean;
}

export function commitAdvice(advice: AdviceRequest, base: string): void {
  advice.versions.push(Buffer.from(JSON.stringify(renderAdvice(advice, advice.versions.length + 1, base))));
}

function renderAdvice(advice: AdviceRequest, version: number, base: string): Fhir {
  const role = practitionerRole(advice.referrerUserId, advice.referrerOdsCode, 'REFERRING_CLINICIAN');
  const service = advice.services[0];
  return {
    id: advice.ubrn,
    meta: { versionId: String(version), ...profile('eRS-CommunicationRequest-1') },
    resourceType: 'CommunicationRequest',
    extension: [
      extension('ReferralPriority', {
        valueCodeableConcept: concept(`${STU3_CODES}/eRS-Priority-1`, advice.priority),
      }),
      extension('ProviderConversionAuthorisation', {
        valueCoding: {
          system: `${STU3_CODES}/eRS-ProviderConversionAuthorisation-1`,
          code: advice.convertible ? 'AUTHORISED_TO_CONVERT' : 'NOT_AUTHORISED_TO_CONVERT',
        },
      }),
      extension('ReferralShortlist', { valueReference: { reference: '#shortlist' } }),
      extension('Specialty', {
        valueCoding: { system: `${base}/STU3/CodeSystem/SPECIALTY`, code: advice.specialty },
      }),
    ],
    contained: [
      ...shortlistParts(advice.services, advice.priority, advice.specialty, base),
      role,
      ...advice.attachments.map((attachment, i) =>
        documentReference(attachment, `DocumentReference-${i + 1}`),
      ),
    ],
    status: advice.state === 'CONVERTED_TO_REFERRAL' ? 'completed' : 'active',
    category: [concept(`${STU3_CODES}/eRS-AdviceAndGuidanceStatus-1`, advice.state)],
    subject: identifier(STU3_NHS_NUMBER, advice.nhsNumber),
    recipient: service === undefined ? [] : [{ extension: [serviceReference(service)] }],
    sender: { extension: [roleReference(role)] },
    requester: { agent: { extension: [roleReference(role)] } },
    identifier: [{ system: 'https://fhir.nhs.uk/Id/ers-request-id', value: `a.${advice.ubrn}` }],
  };
}

/** A message as a Communication (A025, A026). */
export function renderMessage(advice: AdviceRequest, message: AdviceMessage): Fhir {
  const role = practitionerRole(
    message.userId,
    message.odsCode,
    message.sentBy === 'RESPONDER' ? 'SERVICE_PROVIDER_CLINICIAN' : 'REFERRING_CLINICIAN',
  );
  return {
    id: message.id,
    meta: { versionId: '0', ...profile('eRS-Communication-1') },
    resourceType: 'Communication',
    contained: [
      role,
      ...message.attachments.map((attachment, i) =>
        documentReference(attachment, `DocumentReference-${i + 1}`),
      ),
    ],
    basedOn: [{ reference: `CommunicationRequest/${advice.ubrn}/_history/${message.version}` }],
    status: 'completed',
    category: [concept(`${STU3_CODES}/eRS-CommunicationSentBy-1`, message.sentBy)],
    subject: identifier(STU3_NHS_NUMBER, advice.nhsNumber),
    sent: message.sentAt,
    sender: { extension: [roleReference(role)] },
    note: [{ text: message.text }],
  };
}

function practitionerRole(userId: string, odsCode: string, businessFunction: string): Fhir {
  return {
    id: `PractitionerRole.${userId}.${odsCode}.${businessFunction.replaceAll('_', '-')}`,
    meta: { profile: ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-PractitionerRole-1'] },
    resourceType: 'PractitionerRole',
    practitioner: identifier(STU3_USER, userId),
    organization: identifier(ODS_CODE, odsCode),
    code: [concept(`${STU3_CODES}/eRS-BusinessFunction-1`, businessFunction)],
  };
}

function roleReference(role: Fhir): Fhir {
  return {
    url: `${STU3_PROFILES}/Extension-PractitionerRole-Reference-1`,
    valueReference: { reference: `#${String(role['id'])}` },
  };
}

function serviceReference(service: Service): Fhir {
  return {
    url: `${STU3_PROFILES}/Extension-HealthcareService-Reference-1`,
    valueReference: identifier(STU3_SERVICE, service.id),
  };
}
