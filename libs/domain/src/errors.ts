/**
 * Every refusal and failure Gatehouse can answer with: one class, one table.
 *
 * `code` is what a caller may branch on. `status` is the HTTP status. `fhirIssue` is the FHIR
 * `OperationOutcome.issue.code` (http://hl7.org/fhir/issue-type). The three texts answer what was wrong, what to
 * do instead and who must act; they never quote the request. docs/errors.md is generated from this table.
 */
export type WhoActs = 'caller' | 'platform team' | 'governance' | 'NHS England' | 'operator';

export type FhirIssue =
  | 'conflict'
  | 'exception'
  | 'expired'
  | 'forbidden'
  | 'incomplete'
  | 'invalid'
  | 'login'
  | 'not-found'
  | 'not-supported'
  | 'required'
  | 'security'
  | 'structure'
  | 'throttled'
  | 'timeout'
  | 'too-long'
  | 'transient';

export interface ErrorEntry {
  readonly status: number;
  readonly fhirIssue: FhirIssue;
  readonly publicText: string;
  readonly whatToDo: string;
  readonly whoActs: WhoActs;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Seconds for `Retry-After`; every 503 and 429 has one. */
  readonly retryAfterS?: number;
  /** Trying a read again may help, though nothing says when. Whatever has a Retry-After may be tried again anyway. */
  readonly readMayBeRepeated?: true;
}

const caller = (status: number, fhirIssue: FhirIssue, publicText: string, whatToDo: string): ErrorEntry => ({
  status,
  fhirIssue,
  publicText,
  whatToDo,
  whoActs: 'caller',
  logLevel: 'info',
});

const by = (
  whoActs: WhoActs,
  status: number,
  fhirIssue: FhirIssue,
  publicText: string,
  whatToDo: string,
  retryAfterS?: number,
): ErrorEntry => ({
  status,
  fhirIssue,
  publicText,
  whatToDo,
  whoActs,
  logLevel: status >= 500 ? 'error' : 'warn',
  ...(retryAfterS === undefined ? {} : { retryAfterS }),
});

export const ERRORS = {
  // What arrives: framing, credential, headers, path, query, body.
  GW_FRAMING: caller(
    400,
    'structure',
    'The HTTP message is not one complete, unambiguous HTTP/1.1 request.',
    'Send HTTP/1.1 with one Host, at most one framing header (Content-Length or Transfer-Encoding: chunked), no Expect other than 100-continue, at most 100 headers and 16 KiB of them.',
  ),
  GW_TIMEOUT: caller(
    408,
    'timeout',
    'The request did not arrive in time.',
    'Send the headers within 10 seconds and the whole request within 30 (120 for a file upload), without stalls.',
  ),
  GW_TOKEN: caller(
    401,
    'login',
    'The credential is missing, malformed, unknown, expired, revoked or not for this deployment.',
    'Send one header "Authorization: Bearer <key>" with a Gatehouse client key or a workload JWT bound to a client. If this one used to work, it has expired or been revoked: ask your platform team for a new one.',
  ),
  GW_ORIGIN: caller(
    403,
    'forbidden',
    'Browsers are not served here: the request carries Origin or Sec-Fetch-Site.',
    'Call Gatehouse from a server, without Origin and Sec-Fetch-Site headers.',
  ),
  GW_HEADER_FORBIDDEN: caller(
    403,
    'forbidden',
    'The organisation chosen is not one you are granted, or the request carries a reserved header that callers may not set in this access mode.',
    "Leave out headers beginning x-ers-, XAPI_, and apikey, echo, and NHSD- or Gatehouse- headers this access mode does not take, and their spellings with underscores. In application-restricted mode NHSD-End-User-Organisation-ODS may only choose an organisation you are granted. In user-restricted mode NHSD-eRS-Business-Function can't name an application, and only SERVICE_PROVIDER_CLINICIAN_ADMIN acts on behalf of another user.",
  ),
  GW_HEADER_DUPLICATE: caller(
    400,
    'structure',
    'A header that Gatehouse reads was sent more than once.',
    'Send each of Authorization, Content-Type, Accept, If-Match, X-Correlation-ID and the NHSD- and Gatehouse- headers at most once.',
  ),
  GW_HEADER_SYNTAX: caller(
    400,
    'invalid',
    'A header value is missing or malformed.',
    'X-Correlation-ID: 1 to 128 of A-Z a-z 0-9 . _ : - and nothing like an NHS number or a key. NHSD-End-User-Organisation-ODS: one ODS code. If-Match: W/"<version>" where the interaction requires it. Gatehouse-Capability: referrer or provider. In user-restricted mode also: NHSD-eRS-Business-Function: one function. NHSD-eRS-On-Behalf-Of-User-ID: 12 digits, from SERVICE_PROVIDER_CLINICIAN_ADMIN always. NHSD-eRS-Comm-Rule-Org: one ODS code, for A015. NHSD-eRS-File-Name: a plain name with one extension, for A020. NHSD-eRS-Referral-ID: a UBRN.',
  ),
  GW_PII_IN_URL: caller(
    400,
    'invalid',
    'The URL contains what reads as an NHS number, or the correlation id is nothing but ten digits.',
    'Never put an NHS number in a URL or a correlation id; e-RS takes it in the request body. Use a UUID as the correlation id.',
  ),
  GW_PATH_SYNTAX: caller(
    400,
    'invalid',
    'The path is not the one spelling of any e-RS operation.',
    'Use the path exactly as the e-RS specification writes it, from /FHIR/STU3/ or /FHIR/R4/ on: write $, not %24; no percent-encoding, dot segments, doubled or trailing slashes; a UBRN has 12 digits.',
  ),
  GW_METHOD: caller(
    405,
    'not-supported',
    'This path does not take that method.',
    'Use a method named in the Allow header; HEAD exists only for A037.',
  ),
  GW_QUERY: caller(
    400,
    'invalid',
    'The query string is malformed, repeats a parameter, or has one this interaction does not take or needs and lacks.',
    'Send each parameter the interaction defines at most once, in its exact spelling, with a value in its documented form.',
  ),
  GW_MEDIA_TYPE: caller(
    415,
    'not-supported',
    'The Content-Type or Content-Encoding is not one this interaction takes.',
    'Send the one media type of the interaction (for JSON: application/fhir+json, charset absent or utf-8), without Content-Encoding.',
  ),
  GW_BODY_SYNTAX: caller(
    400,
    'structure',
    'The body is missing, unwanted, or not one strict JSON object.',
    'Send one UTF-8 JSON object without byte-order mark, duplicate or reserved keys, unpaired surrogates or numbers out of range, at most 64 levels deep; send no body where the interaction takes none.',
  ),
  GW_LENGTH_REQUIRED: caller(
    411,
    'structure',
    'A file is sent without saying how long it is.',
    'Send Content-Length with a file. It is handed on to e-RS while it arrives, so it can’t be chunked.',
  ),
  GW_BODY_TOO_LARGE: caller(
    413,
    'too-long',
    'The body is larger than this interaction allows.',
    'Send at most 1 MiB of JSON, or 5 MiB of file for A020 with a Content-Length.',
  ),
  GW_WORKLIST_FILTER: caller(
    403,
    'forbidden',
    'Application-restricted access may fetch only two worklists, and each only for one named service.',
    'In the A008 body send listType REFERRALS_FOR_REVIEW or APPOINTMENT_SLOT_ISSUES and exactly one service identifier.',
  ),
  GW_WORKLIST_ALLOWANCE: {
    ...caller(
      429,
      'throttled',
      'This worklist was already fetched twice today for this service.',
      'Fetch each service at most twice a day (Europe/London); keep what you fetched.',
    ),
    retryAfterS: 3600,
  },

  // Policy.
  GW_GRANT: by(
    'platform team',
    403,
    'forbidden',
    'Your credential holds no grant for that choice of organisation, product, access mode and capability.',
    'Choose among your grants, or ask your platform team to grant this client what it needs.',
  ),
  GW_AMBIGUOUS: caller(
    400,
    'required',
    'Your credential fits more than one binding and the request does not say which.',
    'Choose with NHSD-End-User-Organisation-ODS, Gatehouse-Product and Gatehouse-Capability; the candidates are listed.',
  ),
  GW_ORGANISATION_SUSPENDED: by(
    'platform team',
    403,
    'forbidden',
    'The organisation is suspended or retired in Gatehouse.',
    'Ask your platform team why the organisation was suspended; traffic resumes when they reactivate it.',
  ),
  GW_APPLICATION_STATE: by(
    'platform team',
    403,
    'forbidden',
    'The APIM application for this organisation is not live: it is still a draft, suspended or retired.',
    'Ask your platform team to finish its onboarding ("gatehouse doctor" lists what is missing) or to lift the suspension.',
  ),
  GW_ASID_MISSING: by(
    'platform team',
    403,
    'forbidden',
    'The application has no ASID or no APIM API key, so NHS England would refuse the call.',
    'Enter the ASID and API key that NHS England issued for this application.',
  ),
  GW_SRO_LAPSED: by(
    'governance',
    403,
    'forbidden',
    'No senior responsible owner is in force for this organisation, so application-restricted access is closed.',
    'Governance staff must appoint a senior responsible owner, have the appointment accepted, or complete its overdue review.',
  ),
  GW_MODE_OPERATION: caller(
    403,
    'forbidden',
    'This interaction is not available to application-restricted access.',
    'Use user-restricted access for it.',
  ),
  GW_MODE_READONLY: by(
    'governance',
    403,
    'forbidden',
    'This interaction writes, and this application-restricted access may only read.',
    'Use user-restricted access. For A013, A028 and A036 alone, and for no other write, governance staff may instead grant a write exception with an approved use case.',
  ),
  GW_WRITE_EXCEPTION: by(
    'governance',
    403,
    'expired',
    'The write exception for this interaction has expired, was revoked, or lacks the co-signature of the senior responsible owner.',
    'Ask governance staff to have it co-signed or to grant a new one, or use user-restricted access.',
  ),
  GW_CAPABILITY: caller(
    403,
    'forbidden',
    'This interaction is not available to the capability (referrer or provider) of this application.',
    'Use an application of the other capability, or user-restricted access.',
  ),
  GW_BUSINESS_FUNCTION: caller(
    403,
    'forbidden',
    'User does not have the required Business Function at the specified Organisation: this interaction is not open to the function named.',
    'Send one of the functions listed here in NHSD-eRS-Business-Function, if the user has it.',
  ),
  GW_OIDC: caller(
    401,
    'login',
    'The user’s sign-in is not accepted: the code or the token is unknown, used, expired, not for this client, or fails a check.',
    'Begin a new sign-in. A code can be exchanged once, within 60 seconds, by the client that asked for it and with its code verifier. An ID token must come from the CIS2 of this environment, be issued to the registered CIS2 client, and be current.',
  ),
  GW_REDIRECT: by(
    'platform team',
    400,
    'invalid',
    'The return target is not one that this client has registered.',
    'Send one of the client’s registered return targets, spelt exactly as it is registered, or ask your platform team to register it.',
  ),
  GW_CIS2_CLIENT: by(
    'platform team',
    403,
    'not-supported',
    'Gatehouse has no CIS2 client with which it could sign in users of this product in this environment.',
    'Ask your platform team to register one in cis2Clients. Where it says auth: supplier, you sign the user in yourself and send the ID token.',
  ),
  GW_NO_USERS: caller(
    400,
    'not-supported',
    'This environment has no users, so nobody signs in.',
    'Make user-restricted calls here without a session, and send NHSD-eRS-Business-Function with each.',
  ),
  GW_CIS2_UNAVAILABLE: by(
    'operator',
    503,
    'transient',
    'NHS CIS2 can’t be reached, or its keys can’t be fetched, so the sign-in can’t be checked.',
    'Try again after Retry-After. Sessions that are open go on working.',
    10,
  ),
  GW_USER_READ: by(
    'NHS England',
    502,
    'exception',
    'e-RS did not say what the user may be or for whom they may act.',
    'Look at the attempt in the audit trail for the answer of e-RS, and try again.',
  ),
  GW_USER_ROLE: caller(
    403,
    'forbidden',
    'The signed-in user has no role at an organisation you are granted that may perform this interaction.',
    'The functions that may perform it are listed. What the user may be is what e-RS says of them: ask their Registration Authority for a missing role, and your platform team for a missing grant.',
  ),
  GW_ASSURANCE: caller(
    403,
    'forbidden',
    'The user signed in at a lower level of authentication assurance than this organisation requires.',
    'Let the user sign in again for this organisation, which asks CIS2 for the level it requires. Governance staff decide on that level.',
  ),
  GW_OTHER_ORGANISATION: caller(
    403,
    'forbidden',
    'The user signed in by combined authentication, which gives access for one organisation, and the request is about another.',
    'Let the user sign in again for that organisation, or leave the organisation out to act for the one of the session. Separate authentication gives access for all organisations that you are granted.',
  ),
  GW_ROLE_CHOICE: caller(
    400,
    'required',
    'The signed-in user may act in more than one role, and the request does not say in which.',
    'Choose with NHSD-End-User-Organisation-ODS and NHSD-eRS-Business-Function, or once for the session; the roles are listed.',
  ),
  GW_MESSAGE_SET: by(
    'platform team',
    403,
    'forbidden',
    'The message sets of this application do not contain this interaction.',
    'Ask your platform team to add the interaction to a message set of this application, once NHS England has allowed it for the ASID.',
  ),
  GW_USER_SESSION: caller(
    401,
    'login',
    'No user is signed in: the request has no user session, or one that is unknown, has ended or belongs to another client.',
    'Let the user sign in and send the handle of the session in Gatehouse-User-Session. A session ends after 15 idle minutes, 12 hours after the user authenticated, and when the user or an administrator ends it.',
  ),
  GW_SIGN_IN_AGAIN: caller(
    401,
    'expired',
    'The user is still signed in here, but NHS England issues no more access tokens for this sign-in. Nothing was sent to e-RS.',
    'Let the user sign in again through CIS2, open a new user session with the code, and repeat the request with its handle.',
  ),
  GW_RATE_LIMIT: {
    ...caller(
      429,
      'throttled',
      'This APIM application has used its share of requests for now.',
      'Slow down to 10 requests a second for each application and retry after the time in Retry-After.',
    ),
    retryAfterS: 1,
  },

  // Keys and tokens.
  GW_KEY_MISSING: by(
    'platform team',
    403,
    'security',
    'The application has no active signing key.',
    'Create and publish a signing key ("gatehouse keys create"); it becomes active when NHS England can have seen it.',
  ),
  GW_KEY_UNUSABLE: by(
    'platform team',
    503,
    'security',
    'The signing key of this application is disabled, pending deletion, or signs with another key than it should.',
    'Check the key in KMS: enable it, or activate another one. Nothing is signed until then.',
    60,
  ),
  GW_SIGNING_UNAVAILABLE: by(
    'operator',
    503,
    'transient',
    'The key management service did not sign in time.',
    'Retry after the time in Retry-After; if it lasts, check KMS and its quotas.',
    10,
  ),
  GW_TOKEN_REFUSED: by(
    'platform team',
    502,
    'exception',
    'NHS England refused to issue an access token for this application.',
    'Run "gatehouse doctor" for the application: it shows what NHS England said, what that means and who must act.',
  ),
  GW_TOKEN_UNAVAILABLE: by(
    'NHS England',
    503,
    'transient',
    'The NHS England token service did not answer as it should.',
    'Retry after the time in Retry-After.',
    2,
  ),

  // e-RS and the way to it.
  GW_UPSTREAM_UNREACHABLE: by(
    'NHS England',
    503,
    'transient',
    'e-RS could not be reached; nothing was sent.',
    'Retry after the time in Retry-After.',
    5,
  ),
  GW_UPSTREAM_TLS: by(
    'operator',
    502,
    'exception',
    'The identity of the NHS England host could not be verified; nothing was sent.',
    'Check DNS, the host name and the certificate authorities of this deployment.',
  ),
  GW_UPSTREAM_INCOMPLETE: {
    ...by(
      'NHS England',
      502,
      'incomplete',
      'e-RS closed the connection before its answer was complete.',
      'Retry: this interaction only reads.',
    ),
    readMayBeRepeated: true,
  },
  GW_UPSTREAM_TIMEOUT: {
    ...by(
      'NHS England',
      504,
      'timeout',
      'e-RS did not answer in time.',
      'Retry later: this interaction only reads.',
    ),
    readMayBeRepeated: true,
  },
  GW_UPSTREAM_PROTOCOL: {
    ...by(
      'NHS England',
      502,
      'exception',
      'e-RS answered in a way that Gatehouse will not pass on.',
      'Quote Gatehouse-Attempt-Id to NHS England support; a read may be retried.',
    ),
    readMayBeRepeated: true,
  },
  GW_UPSTREAM_REDIRECT: by(
    'operator',
    502,
    'exception',
    'e-RS redirected to a place that is not https on an allowed host.',
    'If NHS England has moved its object store, add the host to the environment; otherwise quote Gatehouse-Attempt-Id to NHS England support.',
  ),
  GW_UPSTREAM_TOKEN: by(
    'platform team',
    502,
    'exception',
    'NHS England rejected the access token it had just issued for this application. Your own credential is in order.',
    'Check in the NHS England developer portal that the application is approved and subscribed to e-RS.',
  ),
  GW_DELIVERY_UNKNOWN: caller(
    504,
    'timeout',
    'The write was sent to e-RS and its answer was not seen: it may or may not have been done.',
    'Read the referral first; repeat only if the change is not there.',
  ),
  GW_DELIVERED_UNCONFIRMED: by(
    'operator',
    500,
    'exception',
    'The write was sent to e-RS and answered, but the result could not be recorded.',
    'Do not repeat it. Read the referral first.',
  ),

  // Gatehouse itself.
  GW_AUDIT_UNAVAILABLE: by(
    'operator',
    503,
    'transient',
    'The audit record could not be written, so the call was not made or its answer is withheld.',
    'Retry after the time in Retry-After.',
    5,
  ),
  GW_REGISTRY_STALE: by(
    'operator',
    503,
    'transient',
    'The registry cannot be confirmed to be current, so nothing is sent.',
    'Retry after the time in Retry-After.',
    2,
  ),
  GW_OVERLOAD: by(
    'operator',
    503,
    'throttled',
    'Gatehouse has more work queued than it can finish in time.',
    'Retry after the time in Retry-After, with back-off.',
    1,
  ),
  GW_CLOCK: by(
    'operator',
    503,
    'transient',
    'The clock of this replica is too far from that of NHS England to sign.',
    'Retry after the time in Retry-After; the operator must correct the time synchronisation.',
    30,
  ),
  GW_INTERNAL: by(
    'operator',
    500,
    'exception',
    'Something unforeseen happened in Gatehouse.',
    'Quote X-Correlation-ID to the operator of this deployment; do not repeat a write before reading.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One of several rules behind a code, in words for the caller. They never quote the request. */
export interface BrokenRule {
  readonly text: string;
  readonly whatToDo: string;
  /** Who must act, if not the one that the table names. */
  readonly whoActs?: WhoActs;
}

export interface GatewayErrorOptions {
  /** For logs and audit only, never sent. Must hold no secret and no identifier of a patient. */
  readonly detail?: string;
  /** The law (docs/laws.md) that a fault of ours would have broken, had it not been noticed: an alarm. */
  readonly law?: number;
  /** A more exact FHIR issue code than the table's. */
  readonly fhirIssue?: FhirIssue;
  /** A more exact status than the table's: 431 or 505 of GW_FRAMING, for instance. */
  readonly status?: number;
  readonly retryAfterS?: number;
  /** More headers of the answer, `Allow` for instance. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The one rule that was broken, where several stand behind the code. */
  readonly rule?: BrokenRule;
  /** What an answer of NHS England shows to be wrong, for `Gatehouse-Diagnosis` (docs/diagnoses.md). */
  readonly diagnosis?: string;
  /** Lines added to the public text: names of candidates, never values from the request. */
  readonly candidates?: readonly string[];
  /** What became of a write, for `Gatehouse-Delivery`. */
  readonly delivery?: 'sent' | 'unknown';
  readonly cause?: unknown;
}

/** A refusal or failure with one of our codes. Anything else thrown is GW_INTERNAL. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly options: GatewayErrorOptions;

  constructor(code: ErrorCode, options: GatewayErrorOptions = {}) {
    super(`${code}${options.detail === undefined ? '' : `: ${options.detail}`}`, { cause: options.cause });
    this.code = code;
    this.options = options;
  }

  get entry(): ErrorEntry {
    return ERRORS[this.code];
  }
  get publicText(): string {
    return this.options.rule?.text ?? this.entry.publicText;
  }
  get whatToDo(): string {
    return this.options.rule?.whatToDo ?? this.entry.whatToDo;
  }
  get whoActs(): WhoActs {
    return this.options.rule?.whoActs ?? this.entry.whoActs;
  }
  get status(): number {
    return this.options.status ?? this.entry.status;
  }
  get fhirIssue(): FhirIssue {
    return this.options.fhirIssue ?? this.entry.fhirIssue;
  }
  get retryAfterS(): number | undefined {
    return this.options.retryAfterS ?? this.entry.retryAfterS;
  }
}
