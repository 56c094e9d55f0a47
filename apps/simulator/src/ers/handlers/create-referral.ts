import type { Reply } from '../../wire/reply.js';
import type { Attachment } from '../records/attachment.js';
import { changed, type ErsCall, type Handler } from '../call.js';
import { codesOf } from '../records/code-systems.js';
import { ErsError } from '../ers-errors.js';
import { PRIORITIES } from '../fhir.js';
import { isNhsNumber } from '../records/nhs-numbers.js';
import { codeOf, readParameters, requiredParameter, type Parameters } from '../parameters.js';
import { commitReferral, type Referral, type ReferralState } from '../records/referral.js';
import type { Service } from '../records/services.js';
import { serveVersion } from '../versions.js';

const MAX_SHORTLIST = 20;

/** Parameters that every creation takes. */
export const CREATE_PARAMETERS: readonly string[] = [
  'patient',
  'shortlist',
  'referringClinician',
  'namedClinician',
  'commissioningRuleOrganisation',
];
const LETTER_PARAMETERS = [
  'intentionToAddReferralLetter',
  'firstReminderLetterFollowUpDays',
  'eReferralPathwayStart',
  'referralLetterFile',
  'nhsNumberConsent',
];

/** A011 and A021. */
export const createHandlers: Readonly<Record<string, Handler>> = {
  createReferral: (call) => create(call, 'NOT_BOOKED'),
  createReferralForTriage: (call) => create(call, 'TRIAGE'),
};

function create(call: ErsCall, state: ReferralState): Reply {
  const { world, identity } = call;
  const parameters = readParameters(call.body, [...CREATE_PARAMETERS, ...LETTER_PARAMETERS]);
  const nhsNumber = patientIn(call, parameters);
  const { services, priority, specialty } = shortlistIn(call, parameters);
  const referral: Referral = {
    ubrn: world.ers.nextUbrn(),
    nhsNumber,
    state,
    priority,
    specialty,
    services,
    organisations: new Set([identity.odsCode, ...services.map(({ providerOdsCode }) => providerOdsCode)]),
    attachments: attachmentsIn(call, parameters, 'referralLetterFile'),
    worklists: new Set(state === 'TRIAGE' ? ['REFERRALS_FOR_REVIEW'] : ['AWAITING_BOOKING']),
    startedAt: new Date(world.clock.nowMs()).toISOString(),
    referrerOdsCode: identity.odsCode,
    comments: [],
    versions: [],
  };
  commitReferral(referral, world.ers.base);
  world.ers.referrals.set(referral.ubrn, referral);
  changed(call);
  return serveVersion(referral, 'ReferralRequest', undefined, 201);
}

/** The NHS number of `patient`. A patient whose record can't be used is PATIENT_ERROR. */
export function patientIn(call: ErsCall, parameters: Parameters): string {
  const nhsNumber = requiredParameter(parameters, 'patient').valueIdentifier?.value;
  if (nhsNumber === undefined) throw new ErsError(422, 'MISSING_VALUE', "'patient' has no NHS number");
  if (!isNhsNumber(nhsNumber)) throw new ErsError(422, 'INVALID_VALUE', "'patient' is not an NHS number");
  for (const referral of call.world.ers.referrals.values()) {
    if (referral.patientError === true && referral.nhsNumber === nhsNumber)
      throw new ErsError(422, 'PATIENT_ERROR', 'The patient record cannot be used');
  }
  return nhsNumber;
}

/** The services of `shortlist`, with priority and specialty of its search criteria. */
export function shortlistIn(
  call: ErsCall,
  parameters: Parameters,
): { services: Service[]; priority: string; specialty: string } {
  const list = requiredParameter(parameters, 'shortlist').resource as
    | {
        entry?: { item?: { identifier?: { value?: string } } }[];
        contained?: Readonly<Record<string, unknown>>[];
      }
    | undefined;
  const ids = list?.entry?.map(({ item }) => item?.identifier?.value ?? '') ?? [];
  if (ids.length === 0) throw new ErsError(422, 'MISSING_VALUE', "'shortlist' has no services");
  if (ids.length > MAX_SHORTLIST)
    throw new ErsError(422, 'TOO_MANY_ITEMS', `'shortlist' has more than ${MAX_SHORTLIST} services`);
  if (new Set(ids).size < ids.length)
    throw new ErsError(422, 'DUPLICATE_SERVICE', "'shortlist' names a service twice");
  const services = ids.map((id) => {
    const service = call.world.ers.services.get(id);
    if (service === undefined)
      throw new ErsError(
        422,
        'SHORTLISTED_SERVICE_NOT_IN_RESULTS',
        `Service ${id} is not in the search results`,
      );
    return service;
  });
  const criteria = (list?.contained?.[0]?.['parameter'] ?? []) as {
    name?: string;
    valueCoding?: { code?: string };
  }[];
  const criterion = (name: string, allowed: readonly string[], otherwise: string): string => {
    const criterion = criteria.find((item) => item.name === name);
    return criterion === undefined
      ? otherwise
      : codeOf({ name, valueCoding: criterion.valueCoding ?? {} }, allowed);
  };
  return {
    services,
    priority: criterion('priority', PRIORITIES, 'ROUTINE'),
    specialty: criterion('specialty', codesOf('SPECIALTY'), services[0]?.specialty ?? 'CARDIOLOGY'),
  };
}

/** The uploaded files that DocumentReference parameters of that name refer to. */
export function attachmentsIn(call: ErsCall, parameters: Parameters, name: string): Attachment[] {
  const attachments = (parameters.get(name) ?? []).map(({ resource }) => {
    const content = resource?.['content'] as { attachment?: { url?: string } }[] | undefined;
    const id = /^(?:.*\/)?Binary\/([^/]+)$/.exec(content?.[0]?.attachment?.url ?? '')?.[1];
    const attachment = id === undefined ? undefined : call.world.ers.attachments.get(id);
    if (attachment === undefined)
      throw new ErsError(422, 'REFERENCE_NOT_FOUND', `'${name}' refers to an unknown file`);
    return attachment;
  });
  const titles = attachments.map(({ title }) => title);
  if (new Set(titles).size < titles.length)
    throw new ErsError(422, 'DUPLICATE_FILENAME', `'${name}' names a file twice`);
  return attachments;
}
