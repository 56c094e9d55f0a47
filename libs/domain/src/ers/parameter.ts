/**
 * The forms that path and query parameters of the catalogue may take. Each is anchored, of bounded length and free
 * of nested repetition, so a match takes time linear in a short input.
 */
const CODE_SYSTEMS = [
  'SPECIALTY',
  'APPOINTMENT-CANCELLATION-REASON',
  'CLINIC-TYPE',
  'REFERRAL-CANCELLATION-REASON',
  'APPOINTMENT-NON-ATTENDANCE-REASON',
  'PRIORITY',
];
const COMMUNICATION_INCLUDES = [
  'Communication:requester-practitionerrole:PractitionerRole',
  // The specification of A025 has this spelling.
  'Communication:sender-practitionerrole:PractionerRole',
  'Communication:content-reference:DocumentReference',
];

/** The values that a parameter may have, or the pattern of them; lengths are in characters. */
export type ParameterForm =
  | { readonly values: readonly string[] }
  | { readonly pattern: RegExp; readonly maxLength: number };

const exactly = (...values: readonly string[]): ParameterForm => ({ values });
const matching = (pattern: RegExp, maxLength: number): ParameterForm => ({ pattern, maxLength });

const UUID = '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}';

const FORMS = {
  ubrn: matching(/^[0-9]{12}$/, 12),
  version: matching(/^[1-9][0-9]{0,5}$/, 6),
  codeSystem: exactly(...CODE_SYSTEMS),
  binaryId: matching(new RegExp(`^(?:att-[0-9]{1,12}-[0-9]{1,12}|${UUID})$`), 36),
  serviceId: matching(/^[1-9][0-9]{0,11}$/, 12),
  appointmentId: matching(/^[1-9][0-9]{0,11}$/, 12),
  userId: matching(/^[0-9]{12}$/, 12),
  appointmentType: exactly('ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'),
  slotStatus: exactly('free'),
  pageSize: matching(/^(?:[1-9][0-9]?|100)$/, 3),
  pageNumber: matching(/^[1-9][0-9]{0,3}$/, 4),
  slotInclude: exactly('Slot:schedule'),
  communicationRequestReference: matching(
    /^CommunicationRequest\/[0-9]{12}(?:\/_history\/[1-9][0-9]{0,5})?$/,
    60,
  ),
  communicationInclude: exactly(...COMMUNICATION_INCLUDES),
  taskFocus: matching(
    /^(?:ReferralRequest|CommunicationRequest)\/[0-9]{12}(?:\/_history\/[1-9][0-9]{0,5})?$/,
    60,
  ),
  taskIntent: exactly('proposal'),
  taskStatus: exactly('ready'),
  serviceIdList: matching(/^[1-9][0-9]{0,11}(?:,[1-9][0-9]{0,11}){0,99}$/, 1300),
  onBehalfOfQuery: exactly('onBehalfOf'),
  ubrnIdentifier: matching(/^(?:https:\/\/fhir\.nhs\.uk\/Id\/UBRN\|)?[0-9]{12}$/, 50),
} as const;

export type ParameterKind = keyof typeof FORMS;

/** The form of each kind, as the description of the partner listener states it. */
export const PARAMETER_FORMS: Readonly<Record<ParameterKind, ParameterForm>> = FORMS;

export const PARAMETER_KINDS = Object.keys(FORMS) as readonly ParameterKind[];

/** Whether a decoded value has the form of its kind. */
export function isParameter(kind: ParameterKind, value: string): boolean {
  const form = PARAMETER_FORMS[kind];
  return 'values' in form
    ? form.values.includes(value)
    : value.length <= form.maxLength && form.pattern.test(value);
}
