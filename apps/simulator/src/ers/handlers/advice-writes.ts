import { FHIR_JSON } from '../../apim/apim-errors.js';
import { jsonReply } from '../../wire/reply.js';
import {
  commitAdvice,
  renderMessage,
  type AdviceMessage,
  type AdviceRequest,
} from '../records/advice-request.js';
import { changed, type ErsCall, type Handler } from '../call.js';
import { ErsError } from '../ers-errors.js';
import { PRIORITIES, profile, type Fhir } from '../fhir.js';
import { codeOf, optionalCode, readParameters, requiredParameter } from '../parameters.js';
import { commitReferral, type Referral } from '../records/referral.js';
import { currentVersion } from '../records/versioned.js';
import { requireCurrent, requireUnlocked } from '../versions.js';
import { adviceOf } from './advice-reads.js';
import { attachmentsIn, CREATE_PARAMETERS, patientIn, shortlistIn } from './create-referral.js';

/** A026, A027, A044. */
export const adviceWrites: Readonly<Record<string, Handler>> = {
  sendAdvice(call) {
    const advice = adviceOf(call, call.params['ubrn'] ?? '');
    requireCurrent(call, advice);
    const parameters = readParameters(call.body, [
      'guidanceOutcome',
      'guidance',
      'updatedPriority',
      'guidanceAttachmentFile',
      'attachment',
    ]);
    const outcome = codeOf(requiredParameter(parameters, 'guidanceOutcome'), [
      'REQUIRE_FURTHER_INFORMATION',
      'RETURN_TO_REFERRER_WITH_ADVICE',
    ]);
    const text = requiredParameter(parameters, 'guidance').valueString;
    if (!text) throw new ErsError(422, 'VALUE_IS_REQUIRED', "'guidance' must have a text");
    const priority = optionalCode(parameters, 'updatedPriority', PRIORITIES);
    requireOpen(advice);
    advice.state =
      outcome === 'REQUIRE_FURTHER_INFORMATION'
        ? 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'
        : 'ADVICE_PROVIDED';
    if (priority !== undefined) advice.priority = priority;
    commitAdvice(advice, call.world.ers.base);
    const message = addMessage(call, advice, 'RESPONDER', text);
    changed(call);
    return jsonReply(
      200,
      {
        meta: profile('eRS-SendCommunicationToRequester-Response-Parameters-1'),
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'updatedCommunicationRequest',
            resource: JSON.parse(advice.versions.at(-1)?.toString('utf8') ?? '{}') as Fhir,
          },
          { name: 'createdCommunication', resource: renderMessage(advice, message) },
        ],
      },
      [],
      FHIR_JSON,
    );
  },

  convertAdvice(call) {
    const parameters = readParameters(call.body, [
      'createFrom',
      'guidance',
      'newReferralPriority',
      'reviewComments',
      'guidanceAttachmentFile',
      'attachment',
    ]);
    const reference = requiredParameter(parameters, 'createFrom').valueReference?.reference ?? '';
    const [, ubrn, version] = /^CommunicationRequest\/(\d{12})\/_history\/(\d+)$/.exec(reference) ?? [];
    if (ubrn === undefined)
      throw new ErsError(422, 'INVALID_VALUE', "'createFrom' must name a version of a CommunicationRequest");
    const priority = codeOf(requiredParameter(parameters, 'newReferralPriority'), PRIORITIES);
    const advice = adviceOf(call, ubrn);
    requireUnlocked(advice);
    if (Number(version) !== currentVersion(advice))
      throw new ErsError(409, undefined, `Version ${version ?? ''} is not the current version`);
    requireOpen(advice);
    if (!advice.convertible)
      throw new ErsError(422, 'INVALID_REQUEST_STATE', 'The referrer has not authorised a conversion');
    advice.state = 'CONVERTED_TO_REFERRAL';
    commitAdvice(advice, call.world.ers.base);
    const referral = referralFrom(
      call,
      advice,
      priority,
      requiredParameter(parameters, 'reviewComments').valueString ?? '',
    );
    changed(call);
    return {
      status: 201,
      headers: [['Content-Type', FHIR_JSON]],
      body: referral.versions.at(-1) ?? Buffer.alloc(0),
    };
  },

  createAdvice(call) {
    const parameters = readParameters(call.body, [
      ...CREATE_PARAMETERS,
      'providerConversionAuthorisation',
      'request',
      'clinicalIntent',
      'attachment',
      'requestAttachmentFile',
    ]);
    const nhsNumber = patientIn(call, parameters);
    const conversion = codeOf(requiredParameter(parameters, 'providerConversionAuthorisation'), [
      'AUTHORISED_TO_CONVERT',
      'NOT_AUTHORISED_TO_CONVERT',
    ]);
    const { services, priority, specialty } = shortlistIn(call, parameters);
    const text = requiredParameter(parameters, 'request').valueString;
    if (!text) throw new ErsError(422, 'VALUE_IS_REQUIRED', "'request' must have a text");
    const advice: AdviceRequest = {
      ubrn: call.world.ers.nextUbrn(),
      nhsNumber,
      services,
      priority,
      specialty,
      organisations: new Set([
        call.identity.odsCode,
        ...services.map(({ providerOdsCode }) => providerOdsCode),
      ]),
      state: 'PROVIDER_RESPONSE_REQUIRED',
      convertible: conversion === 'AUTHORISED_TO_CONVERT',
      requestedAt: new Date(call.world.clock.nowMs()).toISOString(),
      referrerUserId: call.identity.userId,
      referrerOdsCode: call.identity.odsCode,
      attachments: attachmentsIn(call, parameters, 'requestAttachmentFile'),
      messages: [],
      versions: [],
    };
    commitAdvice(advice, call.world.ers.base);
    addMessage(call, advice, 'REQUESTER', text);
    call.world.ers.advice.set(advice.ubrn, advice);
    changed(call);
    return {
      status: 200,
      headers: [['Content-Type', FHIR_JSON]],
      body: advice.versions[0] ?? Buffer.alloc(0),
    };
  },
};

function requireOpen(advice: AdviceRequest): void {
  if (advice.state === 'CONVERTED_TO_REFERRAL' || advice.state === 'ADVICE_PROVIDED') {
    throw new ErsError(422, 'INVALID_REQUEST_STATE', 'The advice and guidance request is closed');
  }
}

function addMessage(
  call: ErsCall,
  advice: AdviceRequest,
  sentBy: AdviceMessage['sentBy'],
  text: string,
): AdviceMessage {
  const message: AdviceMessage = {
    id: call.world.ers.nextId(),
    sentBy,
    text,
    sentAt: new Date(call.world.clock.nowMs()).toISOString(),
    userId: call.identity.userId,
    odsCode: call.identity.odsCode,
    version: currentVersion(advice),
    attachments: [],
  };
  advice.messages.push(message);
  return message;
}

function referralFrom(call: ErsCall, advice: AdviceRequest, priority: string, comment: string): Referral {
  const referral: Referral = {
    ubrn: call.world.ers.nextUbrn(),
    nhsNumber: advice.nhsNumber,
    organisations: new Set([...advice.organisations, call.identity.odsCode]),
    state: 'TRIAGE',
    priority,
    specialty: advice.specialty,
    services: [...advice.services],
    attachments: [...advice.attachments],
    worklists: new Set(['REFERRALS_FOR_REVIEW']),
    startedAt: new Date(call.world.clock.nowMs()).toISOString(),
    referrerOdsCode: advice.referrerOdsCode,
    comments: comment === '' ? [] : [comment],
    versions: [],
  };
  commitReferral(referral, call.world.ers.base);
  call.world.ers.referrals.set(referral.ubrn, referral);
  return referral;
}
