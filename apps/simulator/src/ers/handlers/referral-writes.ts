import type { Reply } from '../../wire/reply.js';
import { FHIR_JSON } from '../../apim/apim-errors.js';
import { commitAppointment } from '../records/appointment.js';
import { changed, type ErsCall, type Handler } from '../call.js';
import { codesOf } from '../records/code-systems.js';
import { ErsError } from '../ers-errors.js';
import { PRIORITIES } from '../fhir.js';
import { codeOf, optionalCode, readParameters, requiredParameter } from '../parameters.js';
import { commitReferral, type Referral, type ReferralState } from '../records/referral.js';
import { currentVersion } from '../records/versioned.js';
import { requireCurrent, serveVersion } from '../versions.js';
import { attachmentsIn, shortlistIn } from './create-referral.js';
import { referralOf } from './referral-reads.js';

const REVIEW_OUTCOMES = [
  'ACCEPT_REFER_BOOK_LATER',
  'ACCEPT_REFER_BOOK_NOW',
  'RETURN_TO_REFERRER_WITH_ADVICE',
  'RETURN_TO_REFERRER',
];

/** A012, A013, A014, A022, A028, A031, A032, A036: each needs the current version and creates the next one. */
export const referralWrites: Readonly<Record<string, Handler>> = {
  maintainReferralLetter(call) {
    const referral = writable(call, ['NOT_BOOKED', 'TRIAGE', 'BOOKED']);
    const parameters = readParameters(call.body, [
      'referralLetterFile',
      'clinicalInformation',
      'removedReferralLetterFile',
      'intentionToAddReferralLetter',
      'existingReferralLetterFile',
    ]);
    const files = attachmentsIn(call, parameters, 'referralLetterFile');
    if (parameters.size === 0) throw new ErsError(422, 'MISSING_VALUE', "'referralLetterFile' is required");
    if (files.length > 0 && files.every((file) => referral.attachments.includes(file)))
      throw new ErsError(422, 'NO_CHANGES_DETECTED', 'No changes detected');
    referral.attachments = [
      ...referral.attachments,
      ...files.filter((file) => !referral.attachments.includes(file)),
    ];
    for (const file of files) for (const odsCode of referral.organisations) file.organisations.add(odsCode);
    return commit(call, referral);
  },

  acceptReferral(call) {
    const referral = writable(call, ['BOOKED']);
    referral.worklists.delete('REFERRALS_FOR_REVIEW');
    return commit(call, referral, 'ACCEPTED');
  },

  rejectReferral(call) {
    const referral = writable(call, ['BOOKED']);
    const parameters = readParameters(call.body, [
      'rejectionReason',
      'rejectionComments',
      'comments',
      'attachment',
    ]);
    codeOf(requiredParameter(parameters, 'rejectionReason'), [
      'INAPPROPRIATE_REFERRAL',
      'INSUFFICIENT_INFORMATION',
      'WRONG_SERVICE',
      'OTHER',
    ]);
    cancelItsAppointment(call, referral);
    comment(referral, parameters.get('rejectionComments')?.[0]?.valueString);
    referral.worklists.delete('REFERRALS_FOR_REVIEW');
    referral.worklists.add('REJECTED_TRIAGE_RESPONSE');
    return commit(call, referral, 'REJECTED');
  },

  cancelAppointment(call) {
    const referral = writable(call, ['BOOKED', 'ACCEPTED']);
    const parameters = readParameters(call.body, [
      'cancellationReason',
      'cancellationComments',
      'updatedPriority',
      'reviewAttachmentFile',
      'actionLaterComments',
    ]);
    codeOf(requiredParameter(parameters, 'cancellationReason'), codesOf('APPOINTMENT-CANCELLATION-REASON'));
    referral.priority = optionalCode(parameters, 'updatedPriority', PRIORITIES) ?? referral.priority;
    cancelItsAppointment(call, referral);
    comment(referral, parameters.get('cancellationComments')?.[0]?.valueString);
    referral.worklists.add('ASSESSMENT_RETURNED_CANCELLED_DNA');
    return commit(call, referral, 'NOT_BOOKED');
  },

  recordReviewOutcome(call) {
    const referral = writable(call, ['TRIAGE', 'BOOKED']);
    const parameters = readParameters(call.body, [
      'reviewOutcome',
      'reviewComments',
      'reviewAttachmentFile',
      'updatedPriority',
    ]);
    const outcome = codeOf(requiredParameter(parameters, 'reviewOutcome'), REVIEW_OUTCOMES);
    const text = parameters.get('reviewComments')?.[0]?.valueString;
    if (outcome.startsWith('RETURN') && !text)
      throw new ErsError(422, 'VALUE_IS_REQUIRED', "'reviewComments' is required for this outcome");
    referral.priority = optionalCode(parameters, 'updatedPriority', PRIORITIES) ?? referral.priority;
    referral.attachments = [
      ...referral.attachments,
      ...attachmentsIn(call, parameters, 'reviewAttachmentFile'),
    ];
    comment(referral, text);
    referral.worklists.delete('REFERRALS_FOR_REVIEW');
    if (outcome.startsWith('ACCEPT')) referral.worklists.add('APPOINTMENTS_FOR_BOOKING');
    return commit(call, referral, 'REVIEWED');
  },

  changeShortlist: (call) => newShortlist(call, 'NOT_BOOKED'),
  changeShortlistForTriage(call) {
    const reply = newShortlist(call, 'TRIAGE');
    return { ...reply, headers: [['Content-Type', FHIR_JSON]] };
  },

  cancelReferral(call) {
    const referral = writable(call, ['NOT_BOOKED', 'TRIAGE', 'BOOKED', 'ACCEPTED', 'REJECTED', 'REVIEWED']);
    const parameters = readParameters(call.body, [
      'cancellationReason',
      'cancellationComments',
      'outpatientService',
    ]);
    referral.cancellationReason = codeOf(
      requiredParameter(parameters, 'cancellationReason'),
      codesOf('REFERRAL-CANCELLATION-REASON'),
    );
    cancelItsAppointment(call, referral);
    comment(referral, parameters.get('cancellationComments')?.[0]?.valueString);
    referral.worklists.clear();
    const reply = commit(call, referral, 'CANCELLED');
    return { ...reply, headers: [['Content-Type', FHIR_JSON]] };
  },
};

/** The referral of the call, if the caller has its current version and its state allows the action. */
function writable(call: ErsCall, states: readonly ReferralState[]): Referral {
  const referral = referralOf(call, call.params['ubrn'] ?? '');
  requireCurrent(call, referral);
  if (!states.includes(referral.state))
    throw new ErsError(422, 'INVALID_REQUEST_STATE', `The referral is ${referral.state}`);
  return referral;
}

function commit(call: ErsCall, referral: Referral, state: ReferralState = referral.state): Reply {
  referral.state = state;
  commitReferral(referral, call.world.ers.base);
  changed(call);
  return serveVersion(referral, 'ReferralRequest');
}

function newShortlist(call: ErsCall, state: ReferralState): Reply {
  const referral = writable(call, ['NOT_BOOKED', 'TRIAGE']);
  const parameters = readParameters(call.body, [
    'shortlist',
    'intentionToAddReferralLetter',
    'firstReminderLetterFollowUpDays',
    'referralLetterFile',
    'reasonForChange',
  ]);
  const { services, priority, specialty } = shortlistIn(call, parameters);
  Object.assign(referral, { services, priority, specialty });
  for (const { providerOdsCode } of services) referral.organisations.add(providerOdsCode);
  if (state === 'TRIAGE') referral.worklists.add('REFERRALS_FOR_REVIEW');
  return commit(call, referral, state);
}

function cancelItsAppointment(call: ErsCall, referral: Referral): void {
  if (referral.appointmentId === undefined) return;
  const appointment = call.world.ers.appointments.get(referral.appointmentId);
  if (appointment !== undefined && appointment.status !== 'cancelled') {
    appointment.status = 'cancelled';
    commitAppointment(appointment, currentVersion(referral) + 1);
  }
  delete referral.appointmentId;
}

function comment(referral: Referral, text: string | undefined): void {
  if (text) referral.comments = [...referral.comments, text];
}
