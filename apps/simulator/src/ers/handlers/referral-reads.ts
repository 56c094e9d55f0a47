import { randomUUID } from 'node:crypto';
import { FHIR_JSON } from '../../apim/apim-errors.js';
import { jsonReply, type Reply } from '../../wire/reply.js';
import { notFound, requireRelationship, type ErsCall, type Handler } from '../call.js';
import { ErsError } from '../ers-errors.js';
import { searchset, STU3_CODES } from '../fhir.js';
import { onePagePdf } from '../records/pdf.js';
import type { Referral } from '../records/referral.js';
import { currentVersion } from '../records/versioned.js';
import { serveVersion } from '../versions.js';

/**
 * The referral that a call names, if the caller may see it: 404 if unknown, then the relationship, then the patient's
 * record.
 * An advice request's UBRN is INVALID_REQUEST_TYPE. `status` is 400 where the interaction has no 422.
 */
export function referralOf(call: ErsCall, ubrn: string, status = 422): Referral {
  const { referrals, advice } = call.world.ers;
  const referral = referrals.get(ubrn);
  if (referral === undefined) {
    if (advice.has(ubrn))
      throw new ErsError(
        status,
        'INVALID_REQUEST_TYPE',
        'The UBRN is that of an advice and guidance request',
      );
    throw notFound(call.isR4, `ReferralRequest ${ubrn}`);
  }
  requireRelationship(call, referral, call.isR4 ? 403 : status);
  if (referral.patientError === true)
    throw new ErsError(status, 'PATIENT_ERROR', 'The patient record cannot be used');
  return referral;
}

export const referralReads: Readonly<Record<string, Handler>> = {
  referral: (call) => serveVersion(referralOf(call, call.params['ubrn'] ?? ''), 'ReferralRequest'),
  referralVersion: (call) =>
    serveVersion(referralOf(call, call.params['ubrn'] ?? ''), 'ReferralRequest', call.params['version']),

  clinicalInformation(call) {
    const referral = referralOf(call, call.params['ubrn'] ?? '');
    return pdfReply(
      `${referral.ubrn}_Clinical_Referral_Information.pdf`,
      `Clinical information of Test-Patient, UBRN ${referral.ubrn}, version ${currentVersion(referral)}`,
    );
  },

  patientLetter(call) {
    const referral = referralOf(call, call.params['ubrn'] ?? '');
    if (referral.state === 'CANCELLED')
      throw new ErsError(422, 'INVALID_REQUEST_STATE', 'The referral has been cancelled');
    return pdfReply(
      `${referral.ubrn}_Appointment_Request.pdf`,
      `Letter to Test-Patient, UBRN ${referral.ubrn}`,
    );
  },

  availableActions(call) {
    const focus = call.query.get('focus');
    for (const [name, expected] of [
      ['focus', undefined],
      ['intent', 'proposal'],
      ['status', 'ready'],
    ] as const) {
      const value = call.query.get(name);
      if (!value) throw new ErsError(400, 'MISSING_PARAMETER', `'${name}' is required`);
      if (expected !== undefined && value !== expected)
        throw new ErsError(400, 'INVALID_VALUE', `'${name}' must be ${expected}`);
    }
    const [, ubrn, version] = /^ReferralRequest\/(\d{12})(?:\/_history\/(\d+))?$/.exec(focus ?? '') ?? [];
    if (ubrn === undefined)
      throw new ErsError(400, 'INVALID_VALUE', "'focus' must be a reference to a ReferralRequest");
    const referral = call.world.ers.referrals.get(ubrn);
    if (referral === undefined)
      throw new ErsError(400, 'REFERENCE_NOT_FOUND', `ReferralRequest/${ubrn} not found`);
    requireRelationship(call, referral, 403);
    if (version !== undefined && Number(version) !== currentVersion(referral)) {
      throw new ErsError(400, 'HISTORY_NOT_SUPPORTED', 'Only the current version is supported');
    }
    return tasks(call, referral, focus ?? '');
  },
};

/** A PDF with the Content-Disposition that e-RS gives it (A007, A019, A043). */
export function pdfReply(fileName: string, text: string): Reply {
  return {
    status: 200,
    headers: [
      ['Content-Type', 'application/pdf'],
      ['Content-Disposition', `attachment; filename="${fileName}"`],
    ],
    body: onePagePdf(text),
  };
}

/** The actions that are possible next, by state (A029). Applications see only their own. */
function tasks(call: ErsCall, referral: Referral, focus: string): Reply {
  const actions: string[] = [];
  if (referral.state === 'NOT_BOOKED') actions.push('CREATE_APPOINTMENT', 'CHANGE_SHORTLIST');
  if (referral.state === 'TRIAGE' || referral.state === 'BOOKED') actions.push('RECORD_REVIEW_OUTCOME');
  if (referral.state !== 'CANCELLED') actions.push('CANCEL_REFERRAL');
  const applicationsSee = new Set(['RECORD_REVIEW_OUTCOME', 'CANCEL_REFERRAL']);
  const visible =
    call.identity.accessMode === 'application-restricted'
      ? actions.filter((action) => applicationsSee.has(action))
      : actions;
  const { base } = call.world.ers;
  const at = new Date(call.world.clock.nowMs()).toISOString();
  const entries = visible.map((code) => {
    const id = randomUUID();
    return {
      fullUrl: `${base}/STU3/Task/${id}`,
      resource: {
        id,
        meta: { profile: ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Task-1'] },
        resourceType: 'Task',
        status: 'ready',
        intent: 'proposal',
        focus: { reference: focus },
        code: { coding: [{ system: `${STU3_CODES}/eRS-AvailableActionsForUser-1`, code }] },
      },
    };
  });
  return jsonReply(
    200,
    searchset(randomUUID(), at, `${base}/STU3/Task?focus=${focus}&intent=proposal&status=ready`, entries),
    [],
    FHIR_JSON,
  );
}
