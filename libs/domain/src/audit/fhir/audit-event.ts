/**
 * Records of the audit trail as AuditEvents of FHIR R4 (https://hl7.org/fhir/R4/auditevent.html). A read, create or update
 * that e-RS completed has the profile of IHE's Basic Audit Log Patterns (https://profiles.ihe.net/ITI/BALP/) for an event
 * without a patient: no identifier of a patient leaves the trail. IHE's profiles for a query need the raw query, which would
 * be one; and e-RS's `$ers.` operations are none of the interactions that IHE has profiles for.
 */
import { CATALOGUE } from '../../ers/catalogue.js';
import type { AuditEvent, DeniedEvent, IntentEvent, OutcomeEvent, SystemEvent } from '../audit.js';

/** A record with its place in the trail. */
export interface PlacedRecord {
  readonly writer: string;
  readonly seq: number;
  /** Of the chain up to this record, in hexadecimal. */
  readonly hash: string;
  readonly record: AuditEvent;
  /** Of an OUTCOME: what was requested; null if the trail doesn't have it. */
  readonly intent: IntentEvent | null;
}

type Json = Readonly<Record<string, unknown>>;

const PROFILES = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const SOURCE = { system: DICOM, code: '110153', display: 'Source Role ID' };
const DESTINATION = { system: DICOM, code: '110152', display: 'Destination Role ID' };
const ROLE_OF_USER = {
  R: { system: `${TERMINOLOGY}v3-ParticipationType`, code: 'IRCP', display: 'information recipient' },
  other: { system: `${TERMINOLOGY}v3-ParticipationType`, code: 'AUT', display: 'author (originator)' },
};
const APPLICATION_SERVER = {
  ...{ system: `${TERMINOLOGY}security-source-type`, code: '4', display: 'Application Server' },
};
/** Codes of audit-event-outcome. */
const OUTCOMES: Readonly<Record<string, string>> = { COMPLETED: '0', UNKNOWN: '8', WITHHELD: '8' };
const MINOR_FAILURE = '4';

type Interaction = 'read' | 'vread' | 'search-type' | 'create' | 'update' | 'operation';
const ACTIONS = {
  ...{ read: 'R', vread: 'R', create: 'C', update: 'U' },
  ...{ 'search-type': 'E', operation: 'E' },
} as const satisfies Record<Interaction, string>;
const PROFILE_OF: Partial<Record<Interaction, string>> = {
  ...{ read: 'Read', vread: 'Read', create: 'Create', update: 'Update' },
};

/**
 * Null for an INTENT, whose OUTCOME says how it ended, and for an END.
 * @param hostOf the host of e-RS in an environment; null if it is not known
 */
export function auditEventOf(
  placed: PlacedRecord,
  hostOf: (environment: string) => string | null,
): Json | null {
  const { record } = placed;
  switch (record.kind) {
    case 'OUTCOME':
      return requestEvent(placed, record, placed.intent, hostOf);
    case 'DENIED':
      return requestEvent(placed, record, record, hostOf);
    case 'SYSTEM':
      return systemEvent(placed, record);
    default:
      return null;
  }
}

function requestEvent(
  placed: PlacedRecord,
  ended: OutcomeEvent | DeniedEvent,
  facts: IntentEvent | DeniedEvent | null,
  hostOf: (environment: string) => string | null,
): Json {
  const interaction = interactionOf(facts?.operationId ?? null);
  const action = ACTIONS[interaction];
  const profile = ended.outcome === 'COMPLETED' ? PROFILE_OF[interaction] : undefined;
  const answered = ended.kind === 'OUTCOME' ? ended.upstreamRequestId : null;
  return {
    resourceType: 'AuditEvent',
    id: ended.attemptId,
    ...(profile === undefined ? {} : { meta: { profile: [PROFILES + profile] } }),
    type: { system: `${TERMINOLOGY}audit-event-type`, code: 'rest', display: 'Restful Operation' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: interaction }],
    action,
    recorded: instantOf(ended.atMs),
    outcome: OUTCOMES[ended.outcome] ?? MINOR_FAILURE,
    ...(ended.outcome === 'COMPLETED'
      ? {}
      : { outcomeDesc: [ended.outcome, ended.code].filter((part) => part !== null).join(' ') }),
    agent: facts === null ? [{ requestor: true }] : agentsOf(facts, action, hostOf),
    source: sourceOf(facts?.environment ?? null),
    entity: [
      {
        what: { identifier: { value: answered ?? ended.requestId } },
        type: {
          system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
          code: 'XrequestId',
        },
      },
      {
        what: { display: titleOf(facts?.operationId ?? null) },
        type: { system: `${TERMINOLOGY}audit-entity-type`, code: '2', display: 'System Object' },
        role: { system: `${TERMINOLOGY}object-role`, code: '4', display: 'Domain Resource' },
        detail: detailsOf(placed),
      },
    ],
  };
}

/** Who called, e-RS, the organisation in whose name, and the user or the operator if there was one. */
function agentsOf(
  facts: IntentEvent | DeniedEvent,
  action: string,
  hostOf: (environment: string) => string | null,
): Json[] {
  const { clientId, clientName, remoteAddress, environment, odsCode, userId, businessFunction, actor } =
    facts;
  const isReading = action === 'R';
  const host = environment === null ? null : hostOf(environment);
  const person =
    userId !== null
      ? identified('https://fhir.nhs.uk/Id/sds-user-id', userId)
      : actor === undefined
        ? null
        : { display: actor };
  return [
    {
      type: typed(isReading ? DESTINATION : SOURCE),
      ...(clientId === null ? {} : { who: identified('urn:gatehouse:client', clientId, clientName) }),
      requestor: person === null,
      network: { address: remoteAddress, type: '2' },
    },
    {
      type: typed(isReading ? SOURCE : DESTINATION),
      who: { display: 'NHS e-Referral Service' },
      requestor: false,
      ...(host === null ? {} : { network: { address: host, type: '1' } }),
    },
    ...(odsCode === null
      ? []
      : [
          {
            type: { text: 'Organisation' },
            who: identified('https://fhir.nhs.uk/Id/ods-organization-code', odsCode),
            requestor: false,
          },
        ]),
    ...(person === null
      ? []
      : [
          {
            type: typed(isReading ? ROLE_OF_USER.R : ROLE_OF_USER.other),
            ...(businessFunction === null ? {} : { role: [{ text: businessFunction }] }),
            who: person,
            requestor: true,
          },
        ]),
  ];
}

function systemEvent(placed: PlacedRecord, { event, attemptId, atMs, facts, odsCode }: SystemEvent): Json {
  const { actor } = facts;
  return {
    resourceType: 'AuditEvent',
    id: attemptId,
    type: { system: DICOM, code: '110100', display: 'Application Activity' },
    subtype: [{ system: 'urn:gatehouse:audit-event', code: event }],
    action: 'E',
    recorded: instantOf(atMs),
    outcome: '0',
    agent: [
      { who: { display: typeof actor === 'string' ? actor : 'Gatehouse' }, requestor: true },
      ...(odsCode === undefined
        ? []
        : [{ who: identified('https://fhir.nhs.uk/Id/ods-organization-code', odsCode), requestor: false }]),
    ],
    source: sourceOf(null),
    entity: [{ what: { identifier: { value: attemptId } }, detail: detailsOf(placed) }],
  };
}

/** Where the record lies, so that it can be found and proved. */
const detailsOf = ({ writer, seq, hash }: PlacedRecord): Json[] =>
  Object.entries({ writer, seq: String(seq), hash }).map(([type, valueString]) => ({ type, valueString }));

const sourceOf = (environment: string | null): Json => ({
  ...(environment === null ? {} : { site: environment }),
  observer: { display: 'Gatehouse' },
  type: [APPLICATION_SERVER],
});

function interactionOf(operationId: string | null): Interaction {
  const operation = CATALOGUE.find((row) => row.operationId === operationId);
  if (operation === undefined || operation.path.includes('/$')) return 'operation';
  const { method, path } = operation;
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (path.includes('/_history/')) return 'vread';
  return path.endsWith('}') ? 'read' : 'search-type';
}

function titleOf(operationId: string | null): string {
  const operation = CATALOGUE.find((row) => row.operationId === operationId);
  return operation === undefined ? 'No interaction of e-RS' : `${operation.interaction} ${operation.title}`;
}

const typed = (coding: Json): Json => ({ coding: [coding] });

const identified = (system: string, value: string, display: string | null = null): Json => ({
  identifier: { system, value },
  ...(display === null ? {} : { display }),
});

const instantOf = (epochMs: number): string => new Date(epochMs).toISOString();
