import { randomUUID } from 'node:crypto';
import { FHIR_JSON } from '../../apim/apim-errors.js';
import { jsonReply } from '../../wire/reply.js';
import { renderMessage, type AdviceRequest } from '../records/advice-request.js';
import { notFound, requireRelationship, type ErsCall, type Handler } from '../call.js';
import { ErsError } from '../ers-errors.js';
import { searchset } from '../fhir.js';
import { currentVersion } from '../records/versioned.js';
import { serveVersion } from '../versions.js';
import { pdfReply } from './referral-reads.js';

/** The advice and guidance request that a call names, if the caller may see it. */
export function adviceOf(call: ErsCall, ubrn: string, status = 422): AdviceRequest {
  const { advice, referrals } = call.world.ers;
  const request = advice.get(ubrn);
  if (request === undefined) {
    if (referrals.has(ubrn))
      throw new ErsError(status, 'INVALID_REQUEST_TYPE', 'The UBRN is that of a referral');
    throw notFound(call.isR4, `CommunicationRequest ${ubrn}`);
  }
  requireRelationship(call, request, status);
  if (request.patientError === true)
    throw new ErsError(status, 'PATIENT_ERROR', 'The patient record cannot be used');
  return request;
}

/** A024, A025, A043. */
export const adviceReads: Readonly<Record<string, Handler>> = {
  advice: (call) => serveVersion(adviceOf(call, call.params['ubrn'] ?? ''), 'CommunicationRequest'),
  adviceVersion: (call) =>
    serveVersion(adviceOf(call, call.params['ubrn'] ?? ''), 'CommunicationRequest', call.params['version']),

  adviceOverview(call) {
    const advice = adviceOf(call, call.params['ubrn'] ?? '');
    return pdfReply(
      `${advice.ubrn}_Advice_and_Guidance.pdf`,
      `Advice and guidance for Test-Patient, UBRN ${advice.ubrn}`,
    );
  },

  conversation(call) {
    const basedOn = call.query.get('based-on');
    if (!basedOn) throw new ErsError(400, 'MISSING_PARAMETER', "'based-on' is required");
    const [, ubrn, version] =
      /^CommunicationRequest\/(\d{12})(?:\/_history\/([1-9]\d{0,8}))?$/.exec(basedOn) ?? [];
    if (ubrn === undefined)
      throw new ErsError(400, 'INVALID_VALUE', "'based-on' must be a reference to a CommunicationRequest");
    const advice = adviceOf(call, ubrn, 400);
    const asOf = version === undefined ? currentVersion(advice) : Number(version);
    if (asOf > currentVersion(advice)) throw notFound(false, `CommunicationRequest version ${asOf}`);
    const { base } = call.world.ers;
    const entries = advice.messages
      .filter((message) => message.version <= asOf)
      .map((message) => ({
        fullUrl: `${base}/STU3/Communication/${message.id}`,
        resource: renderMessage(advice, message),
      }));
    const at = new Date(call.world.clock.nowMs()).toISOString();
    return jsonReply(
      200,
      searchset(randomUUID(), at, `${base}/STU3/Communication?based-on=${basedOn}`, entries),
      [],
      FHIR_JSON,
    );
  },
};
