/**
 * The headers in which a user-restricted call says who acts, and for whom (docs/reference/protocol-facts.md §2).
 * First the interaction, then the value: many callers send the function and the on-behalf-of user with every call, so
 * a header that the interaction doesn't take is left out. A malformed one is rejected whatever the interaction takes.
 */
import type { Operation } from './catalogue.js';
import { GatewayError } from '../errors.js';
import { checked, ODS_CODE } from '../input/request-headers.js';

/** The checked values; null where the caller sent none. */
export interface UserHeaders {
  /** A well-formed name. Whether the interaction permits it is for the policy to decide. */
  readonly businessFunction: string | null;
  /** 12 digits. */
  readonly onBehalfOfUserId: string | null;
  readonly commRuleOrg: string | null;
  readonly fileName: string | null;
  /** A UBRN. */
  readonly referralId: string | null;
}

/**
 * The forms of the values. A file name is one name and one extension of a type that A020 takes: nothing that another
 * system could read as a path.
 */
export const USER_HEADER_FORMS = {
  businessFunction: /^[A-Z][A-Z_]{0,63}$/,
  userId: /^[0-9]{12}$/,
  ubrn: /^[0-9]{12}$/,
  fileName:
    /^(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\.)[A-Za-z0-9_(][A-Za-z0-9 _()-]{0,99}\.(?:txt|pdf|xml|rtf|au|mp3|png|gif|jpe?g|tiff?|mpe?g|docx?|dcm)$/i,
} as const;

/** The user headers that an interaction takes and, but for the referral id, requires (docs/reference/protocol-facts.md §2). */
export const takesCommRuleOrg = ({ interaction }: Pick<Operation, 'interaction'>): boolean =>
  interaction === 'A015';
export const takesFileName = ({ interaction }: Pick<Operation, 'interaction'>): boolean =>
  interaction === 'A020';

/**
 * @param headers names in lower case
 * @throws GW_HEADER_SYNTAX
 */
export function readUserHeaders(headers: ReadonlyMap<string, string>): UserHeaders {
  return {
    businessFunction: checked(headers, 'nhsd-ers-business-function', USER_HEADER_FORMS.businessFunction),
    onBehalfOfUserId: checked(headers, 'nhsd-ers-on-behalf-of-user-id', USER_HEADER_FORMS.userId),
    commRuleOrg: checked(headers, 'nhsd-ers-comm-rule-org', ODS_CODE),
    fileName: checked(headers, 'nhsd-ers-file-name', USER_HEADER_FORMS.fileName),
    referralId: checked(headers, 'nhsd-ers-referral-id', USER_HEADER_FORMS.ubrn),
  };
}

/** @throws GW_HEADER_SYNTAX if the interaction needs the commissioning organisation or a file name and has none */
export function requireUserHeaders(operation: Operation, user: UserHeaders): void {
  const isMissing =
    (takesCommRuleOrg(operation) && user.commRuleOrg === null) ||
    (takesFileName(operation) && user.fileName === null);
  if (isMissing) throw new GatewayError('GW_HEADER_SYNTAX', { fhirIssue: 'required' });
}

/** The user-restricted headers that this interaction sends to e-RS, names in lower case. */
export function upstreamUserHeaders(
  operation: Operation,
  odsCode: string,
  user: UserHeaders,
): Readonly<Record<string, string>> {
  const { businessFunctions, onBehalfOf } = operation;
  const takesFunction = businessFunctions.length > 0;
  const sent: [name: string, value: string | null][] = [
    // A030, which finds out what a user may be, needs neither (docs/reference/protocol-facts.md §2).
    ['nhsd-end-user-organisation-ods', takesFunction ? odsCode : null],
    ['nhsd-ers-business-function', takesFunction ? user.businessFunction : null],
    ['nhsd-ers-on-behalf-of-user-id', onBehalfOf ? user.onBehalfOfUserId : null],
    ['nhsd-ers-comm-rule-org', takesCommRuleOrg(operation) ? user.commRuleOrg : null],
    ['nhsd-ers-file-name', takesFileName(operation) ? user.fileName : null],
    ['nhsd-ers-referral-id', takesFileName(operation) ? user.referralId : null],
  ];
  return Object.fromEntries(sent.filter((pair): pair is [string, string] => pair[1] !== null));
}
