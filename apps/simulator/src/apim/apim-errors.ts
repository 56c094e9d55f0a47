import { emptyReply, jsonReply, type HeaderList, type Reply } from '../wire/reply.js';

export const FHIR_JSON = 'application/fhir+json';

const R4_SHAPE = {
  profile: 'https://www.hl7.org/fhir/R4/operationoutcome.html',
  system: 'https://fhir.nhs.uk/CodeSystem/NHSD-API-ErrorOrWarningCode',
  defaultCode: 'ACCESS_DENIED',
};
const STU3_SHAPE = {
  profile: 'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1',
  system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-APIErrorCode-1',
  defaultCode: 'NO_ACCESS',
};

export interface ApimIssue {
  readonly status: number;
  /** FHIR issue type: login, forbidden, required, throttled, exception. */
  readonly issue: string;
  readonly code?: string;
  readonly diagnostics?: string;
}

/**
 * The refusals of the e-RS proxy that carry an OperationOutcome (docs/reference/protocol-facts.md §1.7, policies
 * SetOperationOutcome*).
 */
export const APIM_ISSUES = {
  invalidToken: { status: 401, issue: 'login', diagnostics: 'invalid access token' },
  noProduct: { status: 401, issue: 'login', diagnostics: 'Invalid API call as no apiproduct match found' },
  insufficientAal: {
    status: 401,
    issue: 'login',
    diagnostics:
      'The authentication method utilised is not currently supported. Contact your local Registration Authority or IT department for help.',
  },
  insufficientIal: {
    status: 401,
    issue: 'forbidden',
    diagnostics:
      "We couldn't verify your identity. Contact your local Registration Authority or IT department for help.",
  },
  missingAsid: { status: 403, issue: 'forbidden', diagnostics: 'ASID is not configured in the application' },
  businessFunction: {
    status: 403,
    issue: 'forbidden',
    diagnostics: 'User does not have the required Business Function at the specified Organisation.',
  },
  odsHeaderMissing: {
    status: 400,
    issue: 'required',
    code: 'MISSING_HEADER',
    diagnostics: 'Missing or Empty NHSD-End-User-Organisation-ODS header.',
  },
  odsNotInList: {
    status: 403,
    issue: 'forbidden',
    diagnostics: 'Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS header',
  },
  serviceError: {
    status: 500,
    issue: 'exception',
    code: 'SERVICE_ERROR',
    diagnostics: 'Internal Server Error',
  },
  throttled: { status: 429, issue: 'throttled', code: 'TOO_MANY_REQUESTS' },
} as const satisfies Record<string, ApimIssue>;

/** APIM's own OperationOutcome, in the shape of the path (AssignMessage.OperationOutcomeErrorResponse.xml). */
export function apimOutcome(isR4: boolean, issue: ApimIssue, nowMs: number, headers: HeaderList = []): Reply {
  const shape = isR4 ? R4_SHAPE : STU3_SHAPE;
  const outcome = {
    resourceType: 'OperationOutcome',
    meta: { lastUpdated: new Date(nowMs).toISOString(), profile: [shape.profile] },
    issue: [
      {
        severity: 'error',
        code: issue.issue,
        details: { coding: [{ system: shape.system, code: issue.code ?? shape.defaultCode }] },
        ...(issue.diagnostics === undefined ? {} : { diagnostics: issue.diagnostics }),
      },
    ],
  };
  return jsonReply(issue.status, outcome, headers, FHIR_JSON);
}

/** Apigee's own fault document, where no policy replaces it. */
export function apigeeFault(status: number, faultstring: string, errorcode: string): Reply {
  return jsonReply(status, { fault: { faultstring, detail: { errorcode } } });
}

/** RaiseFault.403Forbidden: 403, text/plain, with an empty body. */
export function emptyForbidden(): Reply {
  return emptyReply(403, [['Content-Type', 'text/plain']]);
}
