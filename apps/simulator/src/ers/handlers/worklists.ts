import { FHIR_JSON } from '../../apim/apim-errors.js';
import { jsonReply } from '../../wire/reply.js';
import type { AdviceRequest } from '../records/advice-request.js';
import { isRelated, type ErsCall, type Handler } from '../call.js';
import { codesOf } from '../records/code-systems.js';
import { ErsError } from '../ers-errors.js';
import {
  concept,
  identifier,
  PRIORITIES,
  priorityConcept,
  profile,
  STU3_CODES,
  STU3_NHS_NUMBER,
  STU3_PROFILES,
  STU3_SERVICE,
  STU3_USER,
  type Fhir,
} from '../fhir.js';
import { codeOf, optionalCode, readParameters, requiredParameter, type Parameters } from '../parameters.js';
import { REFERRAL_WORKLISTS, type Referral, type ReferralWorklist } from '../records/referral.js';
import type { Service } from '../records/services.js';
import { currentVersion } from '../records/versioned.js';

/** The only two lists of application-restricted access (docs/reference/interactions.json, A008 restrictions). */
const APPLICATION_LISTS: readonly string[] = ['REFERRALS_FOR_REVIEW', 'APPOINTMENT_SLOT_ISSUES'];
const RETRIEVALS_PER_SERVICE_AND_DAY = 2;

/** A008 and A023: who is waiting, with an entry for each request that has its UBRN and NHS number. */
export const worklistHandlers: Readonly<Record<string, Handler>> = {
  referralWorklist(call) {
    const parameters = readParameters(call.body, [
      'listType',
      'service',
      'specialty',
      'specialtyAssignedIndicator',
      'clinician',
      'clinicianAssignedIndicator',
      'bookingReason',
      'location',
      'priority',
    ]);
    const list = codeOf(requiredParameter(parameters, 'listType'), REFERRAL_WORKLISTS) as ReferralWorklist;
    const service = serviceFilter(call, parameters);
    if (call.identity.accessMode === 'application-restricted') checkApplicationRules(call, list, service);
    const specialty = optionalCode(parameters, 'specialty', codesOf('SPECIALTY'));
    const priority = optionalCode(parameters, 'priority', PRIORITIES);
    const patients = new Set<string>();
    const entries: Fhir[] = [];
    for (const referral of call.world.ers.referrals.values()) {
      if (!referral.worklists.has(list) || referral.state === 'CANCELLED' || !isRelated(call, referral))
        continue;
      if (service !== undefined && !referral.services.some(({ id }) => id === service.id)) continue;
      if (
        (specialty ?? referral.specialty) !== referral.specialty ||
        (priority ?? referral.priority) !== referral.priority
      )
        continue;
      entries.push(referralEntry(call, referral, list));
      patients.add(referral.nhsNumber);
    }
    return jsonReply(200, worklist(entries, patients), [], FHIR_JSON);
  },

  adviceWorklist(call) {
    const parameters = readParameters(call.body, [
      'listType',
      'service',
      'specialty',
      'clinician',
      'priority',
    ]);
    codeOf(requiredParameter(parameters, 'listType'), ['ADVICE_AND_GUIDANCE_REQUESTS']);
    const service = serviceFilter(call, parameters);
    const listed = [...call.world.ers.advice.values()]
      .filter((advice) => advice.state !== 'CONVERTED_TO_REFERRAL' && isRelated(call, advice))
      .filter((advice) => service === undefined || advice.services.some(({ id }) => id === service.id));
    const entries = listed.map((advice) => adviceEntry(call, advice));
    const patients = new Set(listed.map(({ nhsNumber }) => nhsNumber));
    return jsonReply(200, worklist(entries, patients), [], FHIR_JSON);
  },
};

function serviceFilter(call: ErsCall, parameters: Parameters): Service | undefined {
  const parameter = parameters.get('service')?.[0];
  if (parameter === undefined) return undefined;
  const id = parameter.valueIdentifier?.value;
  if (id === undefined)
    throw new ErsError(422, 'INVALID_FHIR_STRUCTURE', "'service' must have a valueIdentifier");
  const service = call.world.ers.services.get(id);
  if (service === undefined) throw new ErsError(422, 'REFERENCE_NOT_FOUND', `Service ${id} not found`);
  return service;
}

function checkApplicationRules(call: ErsCall, list: string, service: Service | undefined): void {
  const { world, identity } = call;
  if (!APPLICATION_LISTS.includes(list))
    throw new ErsError(422, 'INVALID_CODE', `'listType' ${list} is not available to applications`);
  if (service === undefined)
    throw new ErsError(422, 'MISSING_VALUE', "'service' is required for applications");
  if (!world.settings.worklistDailyLimit) return;
  const day = new Date(world.clock.nowMs()).toISOString().slice(0, 10);
  const key = JSON.stringify([identity.asid, service.id, day]);
  const retrievals = world.ers.worklistRetrievals.get(key) ?? 0;
  if (retrievals >= RETRIEVALS_PER_SERVICE_AND_DAY)
    throw new ErsError(403, 'FORBIDDEN', 'A worklist may be retrieved twice per service and day');
  world.ers.worklistRetrievals.set(key, retrievals + 1);
}

/** Patients are contained and referred to, as in e-RS's own examples. */
function worklist(entries: readonly Fhir[], nhsNumbers: ReadonlySet<string>): Fhir {
  const patients = [...nhsNumbers].map((nhsNumber) => ({
    id: `Patient-${nhsNumber}`,
    meta: profile('eRS-Patient-1'),
    resourceType: 'Patient',
    identifier: [identifier(STU3_NHS_NUMBER, nhsNumber)['identifier']],
  }));
  return {
    meta: profile('eRS-FetchWorklist-List-1'),
    resourceType: 'List',
    ...(patients.length === 0 ? {} : { contained: patients }),
    status: 'current',
    mode: 'snapshot',
    ...(entries.length === 0 ? {} : { entry: entries }),
  };
}

const ITEM_NAMES: Readonly<Record<string, string>> = {
  REFERRALS_FOR_REVIEW: 'ReferralsforReview',
  APPOINTMENT_SLOT_ISSUES: 'AppointmentSlotIssues',
};

function referralEntry(call: ErsCall, referral: Referral, list: string): Fhir {
  const [service] = referral.services;
  return entry(`${ITEM_NAMES[list] ?? 'Referral'}`, `ReferralRequest/${referral.ubrn}`, [
    ...common(call, referral),
    { url: 'eReferralPathwayStart', valueDateTime: referral.startedAt },
    { url: 'clinicalInfoPrinted', valueBoolean: false },
    { url: 'clinicalInfoFirstSubmitted', valueDateTime: referral.startedAt },
    {
      url: 'referralType',
      valueCodeableConcept: concept(
        `${STU3_CODES}/eRS-ReferralType-1`,
        referral.state === 'BOOKED' ? 'APPOINTMENT' : 'TRIAGE_DEFERRAL',
      ),
    },
    ...serviceExtension(service),
  ]);
}

function adviceEntry(call: ErsCall, advice: AdviceRequest): Fhir {
  return entry('AdviceAndGuidanceRequests', `CommunicationRequest/${advice.ubrn}`, [
    ...common(call, advice),
    {
      url: 'category',
      valueCodeableConcept: concept(`${STU3_CODES}/eRS-AdviceAndGuidanceStatus-1`, advice.state),
    },
    { url: 'adviceFirstRequested', valueDateTime: advice.requestedAt },
    { url: 'referrer', valueReference: identifier(STU3_USER, advice.referrerUserId) },
    ...serviceExtension(advice.services[0]),
    { url: 'communicationRequestVersion', valueInteger: currentVersion(advice) },
  ]);
}

function entry(kind: string, reference: string, parts: readonly Fhir[]): Fhir {
  return {
    extension: [{ extension: parts, url: `${STU3_PROFILES}/Extension-eRS-${kind}-WorkListItem-1` }],
    item: { reference },
  };
}

function common(
  call: ErsCall,
  { priority, specialty, nhsNumber }: Pick<Referral, 'priority' | 'specialty' | 'nhsNumber'>,
): Fhir[] {
  return [
    { url: 'priority', valueCodeableConcept: priorityConcept(priority) },
    {
      url: 'specialty',
      valueCodeableConcept: concept(`${call.world.ers.base}/STU3/CodeSystem/SPECIALTY`, specialty),
    },
    { url: 'patient', valueReference: { reference: `#Patient-${nhsNumber}` } },
  ];
}

function serviceExtension(service: Service | undefined): Fhir[] {
  return service === undefined
    ? []
    : [
        {
          url: 'service',
          valueReference: { ...identifier(STU3_SERVICE, service.id), display: service.name },
        },
      ];
}
