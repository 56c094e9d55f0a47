/** What a user may be at e-RS: the answer of A030 (docs/reference/protocol-facts.md §2, §11). */
import { at, list } from '../ers/json-path.js';
import type { Json } from '../input/strict-json.js';

/** The business functions that e-RS takes from users. */
export const USER_FUNCTIONS = [
  'REFERRING_CLINICIAN',
  'REFERRING_CLINICIAN_ADMIN',
  'REFERRING_ADMIN',
  'COMMISSIONER',
  'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  'SERVICE_PROVIDER_CLINICIAN',
  'SERVICE_PROVIDER_ADMIN',
  'INFORMATION_ANALYST',
  'BOOKING_MANAGER',
  'ADDITIONAL_REQUIREMENTS_MANAGER',
] as const;
export type UserFunction = (typeof USER_FUNCTIONS)[number];

/** Whether a text is one of the ten. */
export const isUserFunction = (text: string): text is UserFunction =>
  (USER_FUNCTIONS as readonly string[]).includes(text);

/** One function at one organisation. */
export interface UserRole {
  readonly odsCode: string;
  readonly businessFunction: UserFunction;
}

const ODS_CODE = /^[A-Z0-9]{1,10}$/;

/**
 * The roles in an answer of A030, each once. It also names functions outside the ten, such as SERVICE_DEFINER: nobody
 * can act as one through the API, so they are left out.
 */
export function rolesIn(answer: Json): UserRole[] {
  const roles = new Map<string, UserRole>();
  for (const entry of list(at(answer, 'entry'))) {
    const odsCode = at(entry, 'resource', 'organization', 'identifier', 'value');
    if (typeof odsCode !== 'string' || !ODS_CODE.test(odsCode)) continue;
    for (const businessFunction of list(at(entry, 'resource', 'code')).flatMap(functionsIn))
      roles.set(`${odsCode} ${businessFunction}`, { odsCode, businessFunction });
  }
  return [...roles.values()];
}

function functionsIn(code: Json): UserFunction[] {
  return list(at(code, 'coding')).flatMap((coding) => {
    const value = at(coding, 'code');
    return USER_FUNCTIONS.filter((known) => known === value);
  });
}

/** “Service provider clinician at Example NHS Trust (R69)”. */
export function roleInWords(
  { odsCode, businessFunction }: UserRole,
  organisationName: string | null,
): string {
  const words = businessFunction.toLowerCase().replaceAll('_', ' ');
  const organisation = organisationName === null ? odsCode : `${organisationName} (${odsCode})`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} at ${organisation}`;
}
