import type { Attachment } from './attachment.js';
import {
  concept,
  extension,
  identifier,
  ODS_CODE,
  PRIORITIES,
  profile,
  shortlistParts,
  STU3_CODES,
  STU3_NHS_NUMBER,
  type Fhir,
} from '../fhir.js';
import type { Service } from './services.js';
import type { Versioned } from './versioned.js';

export type ReferralState =
  | 'NOT_BOOKED'
  | 'TRIAGE'
  | 'BOOKED'
  | 'ACCEPTED'
  | 'REJECTED'
  | 'REVIEWED'
  | 'CANCELLED';

/** The worklists of A008 that a referral may be on. */
export const REFERRAL_WORKLISTS = [
  'REFERRALS_FOR_REVIEW',
  'APPOINTMENT_SLOT_ISSUES',
  'AWAITING_BOOKING',
  'LETTERS_OUTSTANDING',
  'REJECTED_TRIAGE_RESPONSE',
  'ASSESSMENT_RETURNED_CANCELLED_DNA',
  'APPOINTMENTS_FOR_BOOKING',
] as const;
export type ReferralWorklist = (typeof REFERRAL_WORKLISTS)[number];

/** A referral as e-RS stores it. Everything in it is synthetic. */
export interface Referral extends Versioned {
  readonly ubrn: string;
  readonly nhsNumber: string;
  organisations: Set<string>;
  state: ReferralState;
  priority: string;
  specialty: string;
  services: Service[];
  attachments: Attachment[];
  worklists: Set<ReferralWorklist>;
  readonly startedAt: string;
  readonly referrerOdsCode: string;
  appointmentId?: string;
  comments: string[];
  cancellationReason?: string;
  /** The patient's record can't be used (deceased, restricted): e-RS answers PATIENT_ERROR. */
  patientError?: boolean;
}

const STATE_DISPLAY: Readonly<Record<ReferralState, string>> = {
  NOT_BOOKED: 'Not Booked',
  TRIAGE: 'Triage Deferral',
  BOOKED: 'Booked',
  ACCEPTED: 'Booked - Accepted',
  REJECTED: 'Rejected',
  REVIEWED: 'Reviewed',
  CANCELLED: 'Cancelled',
};

/** Renders the referral as it is now and appends it as the next version. */
export function commitReferral(referral: Referral, base: string): void {
  const version = referral.versions.length + 1;
  referral.versions.push(Buffer.from(JSON.stringify(renderReferral(referral, version, base))));
}

function renderReferral(referral: Referral, version: number, base: string): Fhir {
  const { ubrn, nhsNumber, state, priority, specialty, services } = referral;
  return {
    id: ubrn,
    meta: { versionId: String(version), ...profile('eRS-ReferralRequest-1') },
    resourceType: 'ReferralRequest',
    extension: [
      extension('ReferralPriority', {
        valueCodeableConcept: concept(
          `${STU3_CODES}/eRS-Priority-1`,
          priority,
          PRIORITIES.includes(priority) ? priority : '',
        ),
      }),
      extension('eReferralPathwayStart', { valueDateTime: referral.startedAt }),
      extension('ReferralShortlist', { valueReference: { reference: '#shortlist' } }),
      extension('Commissioning-Rule-Org', {
        valueIdentifier: { system: ODS_CODE, value: referral.referrerOdsCode },
      }),
      extension('ReferralState', {
        extension: [
          {
            url: 'state',
            valueCoding: {
              system: `${STU3_CODES}/eRS-ReferralState-1`,
              code: state,
              display: STATE_DISPLAY[state],
            },
          },
        ],
      }),
      ...(referral.appointmentId === undefined
        ? []
        : [
            extension('Appointment', {
              valueReference: { reference: `Appointment/${referral.appointmentId}` },
            }),
          ]),
      ...(referral.cancellationReason === undefined
        ? []
        : [
            extension('ReferralCancellationReason', {
              valueCoding: {
                system: `${base}/STU3/CodeSystem/REFERRAL-CANCELLATION-REASON`,
                code: referral.cancellationReason,
              },
            }),
          ]),
    ],
    contained: [
      ...shortlistParts(services, priority, specialty, base),
      ...referral.attachments.map((attachment, i) =>
        documentReference(attachment, `DocumentReference-${i + 1}`),
      ),
    ],
    status: state === 'CANCELLED' ? 'cancelled' : 'active',
    subject: identifier(STU3_NHS_NUMBER, nhsNumber),
    supportingInfo: referral.attachments.map((_, i) => ({ reference: `#DocumentReference-${i + 1}` })),
    ...(referral.comments.length === 0 ? {} : { note: referral.comments.map((text) => ({ text })) }),
    intent: 'plan',
  };
}

/** An attachment, as referrals and advice requests show it. */
export function documentReference(attachment: Attachment, id: string): Fhir {
  return {
    id,
    meta: profile('eRS-DocumentReference-1'),
    resourceType: 'DocumentReference',
    type: concept(`${STU3_CODES}/eRS-AttachmentType-1`, 'REFERRER'),
    status: 'current',
    indexed: attachment.createdAt,
    description: attachment.title,
    content: [
      {
        attachment: {
          id: attachment.id,
          contentType: attachment.contentType,
          url: `Binary/${attachment.id}`,
          size: attachment.sizeBytes,
          title: attachment.title,
          creation: attachment.createdAt,
        },
      },
    ],
  };
}
