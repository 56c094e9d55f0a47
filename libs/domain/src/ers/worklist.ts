/**
 * A008 under application-restricted access: one of two worklists, one named service, at most twice a day for each
 * service (e-RS specification a008-retrieve-worklist.yaml).
 */
import { GatewayError } from '../errors.js';
import type { Subject } from '../audit/audit.js';
import { at, list } from './json-path.js';
import type { Json, JsonObject } from '../input/strict-json.js';

const PERMITTED_WORKLISTS = ['REFERRALS_FOR_REVIEW', 'APPOINTMENT_SLOT_ISSUES'];
const SERVICE_ID = /^[1-9][0-9]{0,11}$/;
export const WORKLIST_FETCHES_PER_DAY = 2;
/** APIM's own limit to an answer. Worklists are read before they are released, for the patients that they name. */
export const MAX_WORKLIST_BYTES = 10 * 1_048_576;

/**
 * @returns the id of the one service asked for
 * @throws GW_WORKLIST_FILTER
 */
export function requireWorklistFilter(body: JsonObject): string {
  const listType = parametersNamed(body, 'listType');
  const service = parametersNamed(body, 'service');
  const code = at(listType[0], 'valueCodeableConcept', 'coding', 0, 'code');
  const serviceId = at(service[0], 'valueIdentifier', 'value');
  if (listType.length !== 1 || typeof code !== 'string' || !PERMITTED_WORKLISTS.includes(code)) {
    throw new GatewayError('GW_WORKLIST_FILTER');
  }
  // More than one coding could let e-RS read another list than was checked.
  if (at(listType[0], 'valueCodeableConcept', 'coding', 1) !== undefined)
    throw new GatewayError('GW_WORKLIST_FILTER');
  if (service.length !== 1 || typeof serviceId !== 'string' || !SERVICE_ID.test(serviceId)) {
    throw new GatewayError('GW_WORKLIST_FILTER');
  }
  return serviceId;
}

/**
 * Every patient and referral in a worklist answer, each once. e-RS puts patients into `contained` and referrals into
 * `entry[].item`, but the whole answer is searched, so that none is missed if e-RS moves them.
 */
export function worklistSubjects(answer: Json): Subject[] {
  const subjects = new Map<string, Subject>();
  const waiting: Json[] = [answer];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value === null || typeof value !== 'object') continue;
    const identifiers = [...nhsNumber(value), ...optional(ubrnIn(at(value, 'reference')))];
    for (const subject of identifiers) subjects.set(`${subject.kind}|${subject.value}`, subject);
    waiting.push(...Object.values(value as Record<string, Json>));
  }
  return [...subjects.values()];
}

/** Subjects of a request body, by the finder the catalogue names. */
export function bodySubjects(
  find: 'patient parameter' | 'appointment' | 'communication request parameter',
  body: JsonObject,
): Subject[] {
  switch (find) {
    case 'patient parameter':
      return parametersNamed(body, 'patient').flatMap((parameter) =>
        nhsNumber(at(parameter, 'valueIdentifier')),
      );
    case 'communication request parameter':
      return list(at(body, 'parameter')).flatMap((parameter) =>
        optional(ubrnIn(at(parameter, 'valueReference', 'reference'))),
      );
    case 'appointment':
      return [
        ...list(at(body, 'incomingReferral')).flatMap((referral) =>
          optional(ubrnIn(at(referral, 'reference'))),
        ),
        ...list(at(body, 'participant')).flatMap((participant) =>
          nhsNumber(at(participant, 'actor', 'identifier')),
        ),
      ];
  }
}

const NHS_NUMBER_SYSTEMS = ['http://fhir.nhs.net/Id/nhs-number', 'https://fhir.nhs.uk/Id/nhs-number'];

function nhsNumber(identifier: Json | undefined): Subject[] {
  const system = at(identifier, 'system');
  const value = at(identifier, 'value');
  if (typeof system !== 'string' || !NHS_NUMBER_SYSTEMS.includes(system) || typeof value !== 'string')
    return [];
  return [{ kind: 'nhs-number', value }];
}

const UBRN_REFERENCE =
  /^(?:(?:.*\/)?(?:ReferralRequest|CommunicationRequest|ServiceRequest)\/|https:\/\/fhir\.nhs\.uk\/Id\/UBRN\|)?([0-9]{12})(?:\/_history\/[0-9]{1,6})?$/;

/** The UBRN in a reference like `ReferralRequest/000000070000/_history/5`, or in an identifier of one. */
export function ubrnIn(reference: Json | undefined): Subject | null {
  if (typeof reference !== 'string' || reference.length > 200) return null;
  const match = UBRN_REFERENCE.exec(reference);
  return match?.[1] === undefined ? null : { kind: 'ubrn', value: match[1] };
}

function optional(subject: Subject | null): Subject[] {
  return subject === null ? [] : [subject];
}

function parametersNamed(body: JsonObject, name: string): Json[] {
  return list(at(body, 'parameter')).filter((parameter) => at(parameter, 'name') === name);
}
