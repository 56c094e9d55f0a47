/**
 * Why NHS England issued no access token, as its token endpoint says it (docs/reference/protocol-facts.md §3.5). The
 * caller, the doctor and the operator read the same texts, so none of them has to look the answer up.
 */
import type { WhoActs } from '../errors.js';

export interface TokenRefusal {
  readonly whatIsWrong: string;
  readonly whatToDo: string;
  readonly whoActs: WhoActs;
}

const QUOTE = 'Quote the message id that "gatehouse doctor" shows to NHS England support.';
const OURS =
  'Report it to the maintainers of Gatehouse with the message id that "gatehouse doctor" shows. Neither the caller nor the registry caused it.';

export const TOKEN_REFUSALS = {
  JWKS_UNREACHABLE: {
    whatIsWrong: 'NHS England could not reach the JWKS URL of the application.',
    whatToDo:
      'Make the public listener reachable from the internet over https, with a certificate that everybody trusts. Check that jwks-resource-url of the APIM application is the JWKS URL that "gatehouse doctor" shows.',
    whoActs: 'operator',
  },
  JWKS_URL_MISSING: {
    whatIsWrong: 'The APIM application has no jwks-resource-url.',
    whatToDo:
      'Enter the JWKS URL that "gatehouse doctor" shows as the public key URL of the application in the NHS England developer portal.',
    whoActs: 'platform team',
  },
  KEY_NOT_FOUND: {
    whatIsWrong:
      'NHS England found no public key with the kid of the client assertion. It keeps its copy of a JWKS for an hour.',
    whatToDo:
      'Check that jwks-resource-url of the APIM application is the JWKS URL that "gatehouse doctor" shows. If the signing key is younger than an hour, wait until NHS England has fetched it.',
    whoActs: 'platform team',
  },
  SIGNATURE: {
    whatIsWrong:
      'The signature of the client assertion does not match the public key that NHS England holds.',
    whatToDo:
      'Check that jwks-resource-url of the APIM application is the JWKS URL that "gatehouse doctor" shows, and not that of another application.',
    whoActs: 'platform team',
  },
  AUDIENCE: {
    whatIsWrong:
      'The audience (aud) of the client assertion is not the token URL of this NHS England environment.',
    whatToDo:
      'Correct tokenUrl in the environments file. It must be exactly the token URL of the NHS England environment, because Gatehouse sends it as the audience.',
    whoActs: 'operator',
  },
  API_KEY: {
    whatIsWrong:
      'NHS England does not know the API key (iss and sub of the client assertion): it is mistyped, of another environment, or its application is not approved.',
    whatToDo:
      'Compare the API key in the registry with that of the application in the NHS England developer portal, in the same environment, and check that the application is approved.',
    whoActs: 'platform team',
  },
  PRODUCT_MISSING: {
    whatIsWrong: 'The APIM application does not have the e-RS API product of this access mode.',
    whatToDo:
      'Add the e-RS API for this access mode to the application in the NHS England developer portal. In production NHS England must approve it.',
    whoActs: 'platform team',
  },
  NOT_APPROVED: {
    whatIsWrong:
      'The APIM application, its developer or its company is not approved or no longer active, or the API key does not give access to this API.',
    whatToDo:
      'Check in the NHS England developer portal that the application and its API key are approved and active.',
    whoActs: 'platform team',
  },
  CLOCK: {
    whatIsWrong: 'By the clock of NHS England, the client assertion has expired or expires too late.',
    whatToDo: 'Correct the time synchronisation of this deployment.',
    whoActs: 'operator',
  },
  REQUEST: {
    whatIsWrong: 'NHS England could not read the token request that Gatehouse sent.',
    whatToDo: OURS,
    whoActs: 'operator',
  },
  NO_TOKEN: {
    whatIsWrong: 'NHS England answered without a usable access token.',
    whatToDo: QUOTE,
    whoActs: 'NHS England',
  },
  API_SECRET: {
    whatIsWrong:
      'Users’ tokens can’t be refreshed: the API secret of the application is missing in the registry, or NHS England does not accept it with the API key.',
    whatToDo:
      'Compare the API key and the API secret in the registry with those of the application in the NHS England developer portal, in the same environment, and apply the right ones.',
    whoActs: 'platform team',
  },
  CALLBACK: {
    whatIsWrong:
      'The callback URL of the APIM application is not the one with which Gatehouse signs users in by combined authentication.',
    whatToDo:
      'Enter the callback URL that "gatehouse doctor" shows, exactly, as the callback URL of the application in the NHS England developer portal.',
    whoActs: 'platform team',
  },
  ASSURANCE: {
    whatIsWrong:
      'NHS England issued no token for a user with authentication assurance level 2: the e-RS API product of the APIM application admits level 3 alone, or is missing.',
    whatToDo:
      'Let the user sign in again at level 3. To admit level 2, add the e-RS API for that level to the application in the NHS England developer portal.',
    whoActs: 'platform team',
  },
  ID_TOKEN: {
    whatIsWrong: 'NHS England rejected the ID token with which CIS2 signed the user in.',
    whatToDo:
      'Check in the environments file that the CIS2 issuer and the token URL belong to the same NHS England environment.',
    whoActs: 'operator',
  },
  SIGN_IN_OVER: {
    whatIsWrong:
      'The code, the ID token or the refresh token of the user has expired, was used, or was revoked.',
    whatToDo: 'Let the user sign in again.',
    whoActs: 'caller',
  },
  UNAVAILABLE: {
    whatIsWrong: 'The token service of NHS England was unavailable or refused to take more requests.',
    whatToDo: `Try again later. If it lasts: ${QUOTE}`,
    whoActs: 'NHS England',
  },
  UNKNOWN: {
    whatIsWrong: 'NHS England gave a reason that is not in its documentation.',
    whatToDo: QUOTE,
    whoActs: 'platform team',
  },
} as const satisfies Record<string, TokenRefusal>;

export type TokenRefusalCode = keyof typeof TOKEN_REFUSALS;

/** In this order: the first whose words are in the description. */
const BY_DESCRIPTION: readonly (readonly [RegExp, TokenRefusalCode])[] = [
  [/'exp' claim in subject_token JWT - JWT has expired/i, 'SIGN_IN_OVER'],
  [/subject_token/i, 'ID_TOKEN'],
  [/refresh_token is invalid|refresh period has expired/i, 'SIGN_IN_OVER'],
  [/authorization_code is invalid/i, 'SIGN_IN_OVER'],
  [/redirect_uri/i, 'CALLBACK'],
  [/client_id|client_secret/i, 'API_SECRET'],
  [/JWKS endpoint.*can't be reached/i, 'JWKS_UNREACHABLE'],
  [/register a public key/i, 'JWKS_URL_MISSING'],
  [/no matching public key/i, 'KEY_NOT_FOUND'],
  [/signature verification failed/i, 'SIGNATURE'],
  [/invalid 'aud'/i, 'AUDIENCE'],
  [/^Invalid 'iss'\/'sub'/i, 'API_KEY'],
  [/'exp' claim.*(?:expired|in future)/i, 'CLOCK'],
  [/not configured to use this/i, 'PRODUCT_MISSING'],
];

/**
 * @param error the member `error` of the answer, null if it has none
 * @param description its `error_description`, null if it has none
 */
export function tokenRefusalCode(
  status: number,
  error: string | null,
  description: string | null,
): TokenRefusalCode {
  if (status === 429 || status >= 500) return 'UNAVAILABLE';
  if (status === 200) return 'NO_TOKEN';
  const known = BY_DESCRIPTION.find(([words]) => words.test(description ?? ''));
  if (known !== undefined) return known[1];
  if (error === 'unauthorized_client') return 'PRODUCT_MISSING';
  if (error === 'access_denied') return 'NOT_APPROVED';
  return status === 400 || status === 415 ? 'REQUEST' : 'UNKNOWN';
}

/**
 * The same for an exchange or a code of a user. A user whose assurance no product admits is refused in the words for an application
 * that has no product at all (FilterScopesTokenExchange.js); a user at level 3 is never too low.
 */
export function exchangeRefusalCode(code: TokenRefusalCode, authenticationLevel: 2 | 3): TokenRefusalCode {
  return code === 'PRODUCT_MISSING' && authenticationLevel === 2 ? 'ASSURANCE' : code;
}

/** The code as it was recorded, or UNKNOWN for one that this version of Gatehouse does not have. */
export function recordedTokenRefusal(code: unknown): TokenRefusalCode {
  return typeof code === 'string' && Object.hasOwn(TOKEN_REFUSALS, code)
    ? (code as TokenRefusalCode)
    : 'UNKNOWN';
}
