import { randomUUID } from 'node:crypto';
import { FHIR_JSON } from '../../apim/apim-errors.js';
import { jsonReply, type Reply } from '../../wire/reply.js';
import { isRelated, notFound, type ErsCall, type Handler } from '../call.js';
import { CODE_SYSTEMS, codesOf, renderCodeSystem } from '../records/code-systems.js';
import { ErsError } from '../ers-errors.js';
import {
  identifier,
  ODS_CODE,
  PRIORITIES,
  profile,
  searchset,
  STU3_SERVICE,
  UBRN,
  type Fhir,
} from '../fhir.js';
import { isNhsNumber } from '../records/nhs-numbers.js';
import { codeOf, optionalCode, readParameters, requiredParameter } from '../parameters.js';
import { renderService, type Service } from '../records/services.js';
import { currentVersion } from '../records/versioned.js';

const USER_FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  A20047: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'REFERRING_ADMIN'],
  R69: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_ADMIN'],
  RCD: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  X26: ['SERVICE_PROVIDER_CLINICIAN'],
};

let codeSystemBodies: { base: string; bodies: Map<string, Buffer> } | undefined;

/** Reference data, services and users: A004, A010, A030, A033, A035, A037, A040, A041. */
export const directoryHandlers: Readonly<Record<string, Handler>> = {
  codeSystem(call) {
    const body = codeSystemBody(call, call.params['codeSystemType'] ?? '');
    if (body === undefined) throw notFound(false, 'CodeSystem');
    return { status: 200, headers: [['Content-Type', FHIR_JSON]], body };
  },

  healthcareService: (call) => serviceReply(call, true),
  healthcareServiceVersion: (call) => serviceReply(call, false),

  healthcareServices(call) {
    const ids = call.query.get('_id');
    if (!ids) throw new ErsError(400, 'REC_BAD_REQUEST', "'_id' is required");
    const services = ids.split(',').flatMap((id) => call.world.ers.services.get(id) ?? []);
    const entries = services.map((service) => ({
      fullUrl: `${call.world.ers.base}/R4/HealthcareService/${service.id}`,
      resource: renderService(service),
    }));
    return bundle(call, `R4/HealthcareService?_id=${ids}`, entries);
  },

  serviceSearch(call) {
    const parameters = readParameters(call.body, [
      'requestType',
      'sortBy',
      'patient',
      'searchCriteria',
      'commissioningRuleOrganisation',
      'referringClinician',
    ]);
    const requestType = codeOf(requiredParameter(parameters, 'requestType'), [
      'APPOINTMENT_REQUEST',
      'ADVICE_REQUEST',
      'TRIAGE_REQUEST',
      'TRIAGE_AND_APPOINTMENT_REQUEST',
    ]);
    optionalCode(parameters, 'sortBy', [
      'DISTANCE',
      'INDICATIVE_APPOINTMENT_WAIT_TIME',
      'INDICATIVE_TREATMENT_WAIT_TIME',
    ]);
    if (!isNhsNumber(requiredParameter(parameters, 'patient').valueIdentifier?.value ?? '')) {
      throw new ErsError(422, 'INVALID_VALUE', "'patient' is not an NHS number");
    }
    const criteria = readParameters(requiredParameter(parameters, 'searchCriteria').resource ?? {}, [
      'priority',
      'specialty',
      'clinicType',
      'ageAndGenderAppropriate',
      'postcode',
      'distanceLimit',
      'commissioningProvisioning',
      'clinicalTerm',
      'organisation',
      'namedClinician',
      'indicativeAppointmentWaitTime',
    ]);
    codeOf(requiredParameter(criteria, 'priority'), PRIORITIES);
    const specialty = optionalCode(criteria, 'specialty', codesOf('SPECIALTY'));
    const services = [...call.world.ers.services.values()].filter(
      (service) =>
        (specialty === undefined || service.specialty === specialty) &&
        (service.kind === 'ADVICE') === (requestType === 'ADVICE_REQUEST'),
    );
    return jsonReply(200, serviceList(services), [], FHIR_JSON);
  },

  businessFunctions(call) {
    const { userId } = call.identity;
    const roles =
      call.world.ers.users.get(userId) ??
      Object.entries(USER_FUNCTIONS).map(([odsCode, businessFunctions]) => ({ odsCode, businessFunctions }));
    const lastUpdated = new Date(call.world.clock.nowMs()).toISOString();
    const entries = roles.map(({ odsCode, businessFunctions }) => ({
      fullUrl: `${call.world.ers.base}/R4/PractitionerRole/PractitionerRole-${odsCode}-${userId}`,
      resource: {
        id: `PractitionerRole-${odsCode}-${userId}`,
        meta: { lastUpdated },
        resourceType: 'PractitionerRole',
        practitioner: identifier('https://fhir.nhs.uk/Id/sds-user-id', userId),
        organization: identifier(ODS_CODE, odsCode),
        code: businessFunctions.map((code) => ({
          coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/eRS-BusinessFunction-1', code }],
        })),
      },
    }));
    return bundle(call, 'R4/PractitionerRole', entries);
  },

  onBehalfOfUsers(call) {
    if (call.query.get('_query') !== 'onBehalfOf')
      throw new ErsError(400, 'REC_BAD_REQUEST', "'_query' must be onBehalfOf");
    const userIds = call.world.ers.onBehalfOf.get(call.identity.userId) ?? ['555073103100', '555073103101'];
    const entries = userIds.map((userId) => ({
      fullUrl: `Practitioner/${userId}`,
      resource: {
        id: userId,
        resourceType: 'Practitioner',
        identifier: [{ system: 'https://fhir.nhs.uk/Id/sds-user-id', value: userId }],
      },
    }));
    return bundle(call, 'R4/Practitioner?_query=onBehalfOf', entries);
  },

  serviceRequests(call) {
    const [system, ubrn] = (call.query.get('identifier') ?? '').split('|');
    if (system !== UBRN || !/^\d{12}$/.test(ubrn ?? ''))
      throw new ErsError(400, 'REC_BAD_REQUEST', `'identifier' must be ${UBRN}|<12 digits>`);
    const { referrals, advice, base } = call.world.ers;
    const requests = [
      ...[referrals.get(ubrn ?? '')].flatMap((request) =>
        request === undefined ? [] : [{ request, kind: 'r', category: 'referral' }],
      ),
      ...[advice.get(ubrn ?? '')].flatMap((request) =>
        request === undefined ? [] : [{ request, kind: 'a', category: 'request' }],
      ),
    ].filter(({ request }) => isRelated(call, request));
    const entries = requests.map(({ request, kind, category }) => ({
      fullUrl: `${base}/R4/ServiceRequest/${kind}.${request.ubrn}`,
      resource: {
        id: `${kind}.${request.ubrn}`,
        meta: { versionId: String(currentVersion(request)) },
        resourceType: 'ServiceRequest',
        identifier: [{ system: UBRN, value: request.ubrn }],
        status: 'active',
        intent: 'order',
        category: [
          {
            coding: [
              { system: 'https://fhir.nhs.uk/CodeSystem/message-category-servicerequest', code: category },
            ],
          },
        ],
        subject: identifier('https://fhir.nhs.uk/Id/nhs-number', request.nhsNumber),
      },
    }));
    return bundle(
      call,
      `R4/ServiceRequest?identifier=${encodeURIComponent(`${system}|${ubrn ?? ''}`)}`,
      entries,
    );
  },
};

/** Rendered once for each base URL, since benchmarks and probes use A004 most. */
function codeSystemBody(call: ErsCall, type: string): Buffer | undefined {
  const { base } = call.world.ers;
  if (codeSystemBodies?.base !== base) {
    codeSystemBodies = {
      base,
      bodies: new Map(
        Object.keys(CODE_SYSTEMS).map((name) => [
          name,
          Buffer.from(JSON.stringify(renderCodeSystem(name, base))),
        ]),
      ),
    };
  }
  return codeSystemBodies.bodies.get(type);
}

function serviceReply(call: ErsCall, withBody: boolean): Reply {
  const service = call.world.ers.services.get(call.params['id'] ?? '');
  if (service === undefined) throw notFound(true, 'HealthcareService');
  const etag = ['ETag', 'W/"1"'] as const;
  return withBody
    ? jsonReply(200, renderService(service), [etag], FHIR_JSON)
    : { status: 200, headers: [etag] };
}

function bundle(call: ErsCall, self: string, entries: readonly Fhir[]): Reply {
  const at = new Date(call.world.clock.nowMs()).toISOString();
  return jsonReply(
    200,
    searchset(randomUUID(), at, `${call.world.ers.base}/${self}`, entries),
    [],
    FHIR_JSON,
  );
}

function serviceList(services: readonly Service[]): Fhir {
  return {
    meta: profile('eRS-FetchServiceList-List-1'),
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    entry: services.map(({ id, name }) => ({ item: { ...identifier(STU3_SERVICE, id), display: name } })),
  };
}
