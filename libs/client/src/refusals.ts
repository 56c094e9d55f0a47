/** Generated from `libs/domain/src/errors.ts` by `npm run docs`. */

/** Every code with which Gatehouse refuses. `retryAfterS`: it says so in Retry-After, and this at least. */
export const REFUSALS = {
  /** The HTTP message is not one complete, unambiguous HTTP/1.1 request. Send HTTP/1.1 with one Host, at most one framing header (Content-Length or Transfer-Encoding: chunked), no Expect other than 100-continue, at most 100 headers and 16 KiB of them. */
  GW_FRAMING: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The request did not arrive in time. Send the headers within 10 seconds and the whole request within 30 (120 for a file upload), without stalls. */
  GW_TIMEOUT: { status: 408, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The credential is missing, malformed, unknown, expired, revoked or not for this deployment. Send one header "Authorization: Bearer <key>" with a Gatehouse client key or a workload JWT bound to a client. If this one used to work, it has expired or been revoked: ask your platform team for a new one. */
  GW_TOKEN: { status: 401, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** Browsers are not served here: the request carries Origin or Sec-Fetch-Site. Call Gatehouse from a server, without Origin and Sec-Fetch-Site headers. */
  GW_ORIGIN: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The organisation chosen is not one you are granted, or the request carries a reserved header that callers may not set in this access mode. Leave out headers beginning x-ers-, XAPI_, and apikey, echo, and NHSD- or Gatehouse- headers this access mode does not take, and their spellings with underscores. In application-restricted mode NHSD-End-User-Organisation-ODS may only choose an organisation you are granted. In user-restricted mode NHSD-eRS-Business-Function can't name an application, and only SERVICE_PROVIDER_CLINICIAN_ADMIN acts on behalf of another user. */
  GW_HEADER_FORBIDDEN: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** A header that Gatehouse reads was sent more than once. Send each of Authorization, Content-Type, Accept, If-Match, X-Correlation-ID and the NHSD- and Gatehouse- headers at most once. */
  GW_HEADER_DUPLICATE: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** A header value is missing or malformed. X-Correlation-ID: 1 to 128 of A-Z a-z 0-9 . _ : - and nothing like an NHS number or a key. NHSD-End-User-Organisation-ODS: one ODS code. If-Match: W/"<version>" where the interaction requires it. Gatehouse-Capability: referrer or provider. In user-restricted mode also: NHSD-eRS-Business-Function: one function. NHSD-eRS-On-Behalf-Of-User-ID: 12 digits, from SERVICE_PROVIDER_CLINICIAN_ADMIN always. NHSD-eRS-Comm-Rule-Org: one ODS code, for A015. NHSD-eRS-File-Name: a plain name with one extension, for A020. NHSD-eRS-Referral-ID: a UBRN. */
  GW_HEADER_SYNTAX: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The URL contains what reads as an NHS number, or the correlation id is nothing but ten digits. Never put an NHS number in a URL or a correlation id; e-RS takes it in the request body. Use a UUID as the correlation id. */
  GW_PII_IN_URL: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The path is not the one spelling of any e-RS operation. Use the path exactly as the e-RS specification writes it, from /FHIR/STU3/ or /FHIR/R4/ on: write $, not %24; no percent-encoding, dot segments, doubled or trailing slashes; a UBRN has 12 digits. */
  GW_PATH_SYNTAX: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** This path does not take that method. Use a method named in the Allow header; HEAD exists only for A037. */
  GW_METHOD: { status: 405, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The query string is malformed, repeats a parameter, or has one this interaction does not take or needs and lacks. Send each parameter the interaction defines at most once, in its exact spelling, with a value in its documented form. */
  GW_QUERY: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The Content-Type or Content-Encoding is not one this interaction takes. Send the one media type of the interaction (for JSON: application/fhir+json, charset absent or utf-8), without Content-Encoding. */
  GW_MEDIA_TYPE: { status: 415, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The body is missing, unwanted, or not one strict JSON object. Send one UTF-8 JSON object without byte-order mark, duplicate or reserved keys, unpaired surrogates or numbers out of range, at most 64 levels deep; send no body where the interaction takes none. */
  GW_BODY_SYNTAX: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** A file is sent without saying how long it is. Send Content-Length with a file. It is handed on to e-RS while it arrives, so it can’t be chunked. */
  GW_LENGTH_REQUIRED: { status: 411, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The body is larger than this interaction allows. Send at most 1 MiB of JSON, or 5 MiB of file for A020 with a Content-Length. */
  GW_BODY_TOO_LARGE: { status: 413, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** Application-restricted access may fetch only two worklists, and each only for one named service. In the A008 body send listType REFERRALS_FOR_REVIEW or APPOINTMENT_SLOT_ISSUES and exactly one service identifier. */
  GW_WORKLIST_FILTER: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** This worklist was already fetched twice today for this service. Fetch each service at most twice a day (Europe/London); keep what you fetched. */
  GW_WORKLIST_ALLOWANCE: { status: 429, whoActs: 'caller', retryAfterS: 3600, readMayBeRepeated: false },
  /** Your credential holds no grant for that choice of organisation, product, access mode and capability. Choose among your grants, or ask your platform team to grant this client what it needs. */
  GW_GRANT: { status: 403, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** Your credential fits more than one binding and the request does not say which. Choose with NHSD-End-User-Organisation-ODS, Gatehouse-Product and Gatehouse-Capability; the candidates are listed. */
  GW_AMBIGUOUS: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The organisation is suspended or retired in Gatehouse. Ask your platform team why the organisation was suspended; traffic resumes when they reactivate it. */
  GW_ORGANISATION_SUSPENDED: {
    status: 403,
    whoActs: 'platform team',
    retryAfterS: null,
    readMayBeRepeated: false,
  },
  /** The APIM application for this organisation is not live: it is still a draft, suspended or retired. Ask your platform team to finish its onboarding ("gatehouse doctor" lists what is missing) or to lift the suspension. */
  GW_APPLICATION_STATE: {
    status: 403,
    whoActs: 'platform team',
    retryAfterS: null,
    readMayBeRepeated: false,
  },
  /** The application has no ASID or no APIM API key, so NHS England would refuse the call. Enter the ASID and API key that NHS England issued for this application. */
  GW_ASID_MISSING: { status: 403, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** No senior responsible owner is in force for this organisation, so application-restricted access is closed. Governance staff must appoint a senior responsible owner, have the appointment accepted, or complete its overdue review. */
  GW_SRO_LAPSED: { status: 403, whoActs: 'governance', retryAfterS: null, readMayBeRepeated: false },
  /** This interaction is not available to application-restricted access. Use user-restricted access for it. */
  GW_MODE_OPERATION: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** This interaction writes, and this application-restricted access may only read. Use user-restricted access. For A013, A028 and A036 alone, and for no other write, governance staff may instead grant a write exception with an approved use case. */
  GW_MODE_READONLY: { status: 403, whoActs: 'governance', retryAfterS: null, readMayBeRepeated: false },
  /** The write exception for this interaction has expired, was revoked, or lacks the co-signature of the senior responsible owner. Ask governance staff to have it co-signed or to grant a new one, or use user-restricted access. */
  GW_WRITE_EXCEPTION: { status: 403, whoActs: 'governance', retryAfterS: null, readMayBeRepeated: false },
  /** This interaction is not available to the capability (referrer or provider) of this application. Use an application of the other capability, or user-restricted access. */
  GW_CAPABILITY: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** User does not have the required Business Function at the specified Organisation: this interaction is not open to the function named. Send one of the functions listed here in NHSD-eRS-Business-Function, if the user has it. */
  GW_BUSINESS_FUNCTION: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The user’s sign-in is not accepted: the code or the token is unknown, used, expired, not for this client, or fails a check. Begin a new sign-in. A code can be exchanged once, within 60 seconds, by the client that asked for it and with its code verifier. An ID token must come from the CIS2 of this environment, be issued to the registered CIS2 client, and be current. */
  GW_OIDC: { status: 401, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The return target is not one that this client has registered. Send one of the client’s registered return targets, spelt exactly as it is registered, or ask your platform team to register it. */
  GW_REDIRECT: { status: 400, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** Gatehouse has no CIS2 client with which it could sign in users of this product in this environment. Ask your platform team to register one in cis2Clients. Where it says auth: supplier, you sign the user in yourself and send the ID token. */
  GW_CIS2_CLIENT: { status: 403, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** This environment has no users, so nobody signs in. Make user-restricted calls here without a session, and send NHSD-eRS-Business-Function with each. */
  GW_NO_USERS: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** NHS CIS2 can’t be reached, or its keys can’t be fetched, so the sign-in can’t be checked. Try again after Retry-After. Sessions that are open go on working. */
  GW_CIS2_UNAVAILABLE: { status: 503, whoActs: 'operator', retryAfterS: 10, readMayBeRepeated: false },
  /** e-RS did not say what the user may be or for whom they may act. Look at the attempt in the audit trail for the answer of e-RS, and try again. */
  GW_USER_READ: { status: 502, whoActs: 'NHS England', retryAfterS: null, readMayBeRepeated: false },
  /** The signed-in user has no role at an organisation you are granted that may perform this interaction. The functions that may perform it are listed. What the user may be is what e-RS says of them: ask their Registration Authority for a missing role, and your platform team for a missing grant. */
  GW_USER_ROLE: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The user signed in at a lower level of authentication assurance than this organisation requires. Let the user sign in again for this organisation, which asks CIS2 for the level it requires. Governance staff decide on that level. */
  GW_ASSURANCE: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The user signed in by combined authentication, which gives access for one organisation, and the request is about another. Let the user sign in again for that organisation, or leave the organisation out to act for the one of the session. Separate authentication gives access for all organisations that you are granted. */
  GW_OTHER_ORGANISATION: { status: 403, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The signed-in user may act in more than one role, and the request does not say in which. Choose with NHSD-End-User-Organisation-ODS and NHSD-eRS-Business-Function, or once for the session; the roles are listed. */
  GW_ROLE_CHOICE: { status: 400, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The message sets of this application do not contain this interaction. Ask your platform team to add the interaction to a message set of this application, once NHS England has allowed it for the ASID. */
  GW_MESSAGE_SET: { status: 403, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** No user is signed in: the request has no user session, or one that is unknown, has ended or belongs to another client. Let the user sign in and send the handle of the session in Gatehouse-User-Session. A session ends after 15 idle minutes, 12 hours after the user authenticated, and when the user or an administrator ends it. */
  GW_USER_SESSION: { status: 401, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The user is still signed in here, but NHS England issues no more access tokens for this sign-in. Nothing was sent to e-RS. Let the user sign in again through CIS2, open a new user session with the code, and repeat the request with its handle. */
  GW_SIGN_IN_AGAIN: { status: 401, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** This APIM application has used its share of requests for now. Slow down to 10 requests a second for each application and retry after the time in Retry-After. */
  GW_RATE_LIMIT: { status: 429, whoActs: 'caller', retryAfterS: 1, readMayBeRepeated: false },
  /** The application has no active signing key. Create and publish a signing key ("gatehouse keys create"); it becomes active when NHS England can have seen it. */
  GW_KEY_MISSING: { status: 403, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** The signing key of this application is disabled, pending deletion, or signs with another key than it should. Check the key in KMS: enable it, or activate another one. Nothing is signed until then. */
  GW_KEY_UNUSABLE: { status: 503, whoActs: 'platform team', retryAfterS: 60, readMayBeRepeated: false },
  /** The key management service did not sign in time. Retry after the time in Retry-After; if it lasts, check KMS and its quotas. */
  GW_SIGNING_UNAVAILABLE: { status: 503, whoActs: 'operator', retryAfterS: 10, readMayBeRepeated: false },
  /** NHS England refused to issue an access token for this application. Run "gatehouse doctor" for the application: it shows what NHS England said, what that means and who must act. */
  GW_TOKEN_REFUSED: { status: 502, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** The NHS England token service did not answer as it should. Retry after the time in Retry-After. */
  GW_TOKEN_UNAVAILABLE: { status: 503, whoActs: 'NHS England', retryAfterS: 2, readMayBeRepeated: false },
  /** e-RS could not be reached; nothing was sent. Retry after the time in Retry-After. */
  GW_UPSTREAM_UNREACHABLE: { status: 503, whoActs: 'NHS England', retryAfterS: 5, readMayBeRepeated: false },
  /** The identity of the NHS England host could not be verified; nothing was sent. Check DNS, the host name and the certificate authorities of this deployment. */
  GW_UPSTREAM_TLS: { status: 502, whoActs: 'operator', retryAfterS: null, readMayBeRepeated: false },
  /** e-RS closed the connection before its answer was complete. Retry: this interaction only reads. */
  GW_UPSTREAM_INCOMPLETE: { status: 502, whoActs: 'NHS England', retryAfterS: null, readMayBeRepeated: true },
  /** e-RS did not answer in time. Retry later: this interaction only reads. */
  GW_UPSTREAM_TIMEOUT: { status: 504, whoActs: 'NHS England', retryAfterS: null, readMayBeRepeated: true },
  /** e-RS answered in a way that Gatehouse will not pass on. Quote Gatehouse-Attempt-Id to NHS England support; a read may be retried. */
  GW_UPSTREAM_PROTOCOL: { status: 502, whoActs: 'NHS England', retryAfterS: null, readMayBeRepeated: true },
  /** e-RS redirected to a place that is not https on an allowed host. If NHS England has moved its object store, add the host to the environment; otherwise quote Gatehouse-Attempt-Id to NHS England support. */
  GW_UPSTREAM_REDIRECT: { status: 502, whoActs: 'operator', retryAfterS: null, readMayBeRepeated: false },
  /** NHS England rejected the access token it had just issued for this application. Your own credential is in order. Check in the NHS England developer portal that the application is approved and subscribed to e-RS. */
  GW_UPSTREAM_TOKEN: { status: 502, whoActs: 'platform team', retryAfterS: null, readMayBeRepeated: false },
  /** The write was sent to e-RS and its answer was not seen: it may or may not have been done. Read the referral first; repeat only if the change is not there. */
  GW_DELIVERY_UNKNOWN: { status: 504, whoActs: 'caller', retryAfterS: null, readMayBeRepeated: false },
  /** The write was sent to e-RS and answered, but the result could not be recorded. Do not repeat it. Read the referral first. */
  GW_DELIVERED_UNCONFIRMED: { status: 500, whoActs: 'operator', retryAfterS: null, readMayBeRepeated: false },
  /** The audit record could not be written, so the call was not made or its answer is withheld. Retry after the time in Retry-After. */
  GW_AUDIT_UNAVAILABLE: { status: 503, whoActs: 'operator', retryAfterS: 5, readMayBeRepeated: false },
  /** The registry cannot be confirmed to be current, so nothing is sent. Retry after the time in Retry-After. */
  GW_REGISTRY_STALE: { status: 503, whoActs: 'operator', retryAfterS: 2, readMayBeRepeated: false },
  /** Gatehouse has more work queued than it can finish in time. Retry after the time in Retry-After, with back-off. */
  GW_OVERLOAD: { status: 503, whoActs: 'operator', retryAfterS: 1, readMayBeRepeated: false },
  /** The clock of this replica is too far from that of NHS England to sign. Retry after the time in Retry-After; the operator must correct the time synchronisation. */
  GW_CLOCK: { status: 503, whoActs: 'operator', retryAfterS: 30, readMayBeRepeated: false },
  /** Something unforeseen happened in Gatehouse. Quote X-Correlation-ID to the operator of this deployment; do not repeat a write before reading. */
  GW_INTERNAL: { status: 500, whoActs: 'operator', retryAfterS: null, readMayBeRepeated: false },
} as const;

export type RefusalCode = keyof typeof REFUSALS;
