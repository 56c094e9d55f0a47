import { FHIR_JSON } from '../apim/apim-errors.js';
import { jsonReply, textReply, type Reply } from '../wire/reply.js';

/** An error that e-RS itself returns, thrown by its handlers. `code` is e-RS's own or a `REC_*` one on R4 paths. */
export class ErsError extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined, diagnostics: string) {
    super(diagnostics);
    this.status = status;
    this.code = code;
  }
}

const ISSUE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  412: 'conflict',
  415: 'not-supported',
  422: 'business-rule',
  423: 'lock-error',
  500: 'exception',
  502: 'exception',
  503: 'transient',
  504: 'timeout',
};

const ISSUE_OF_CODE: Readonly<Record<string, string>> = {
  INVALID_CODE: 'code-invalid',
  INVALID_FHIR_STRUCTURE: 'structure',
  INVALID_VALUE: 'value',
  MISSING_VALUE: 'required',
  MISSING_PARAMETER: 'required',
  MISSING_HEADER: 'required',
  UNEXPECTED_FIELD: 'value',
  NO_RELATIONSHIP: 'forbidden',
  REFERENCE_NOT_FOUND: 'not-found',
  TOO_MANY_ITEMS: 'too-long',
};

/**
 * R4 codes of e-RS's own code system rather than http-error-codes (docs/reference/protocol-facts.md §1.7).
 */
const R4_OWN_CODES = new Set(['NO_RELATIONSHIP', 'PENDING', 'THREATS_FOUND', 'VALIDATION_FAILED']);

/** e-RS's OperationOutcome, STU3 or R4. A status without a code has an issue without a coding. */
export function ersOutcome(
  isR4: boolean,
  { status, code, message }: Pick<ErsError, 'status' | 'code' | 'message'>,
): Reply {
  const system = isR4
    ? `https://fhir.nhs.uk/CodeSystem/${R4_OWN_CODES.has(code ?? '') ? 'ers-error-codes' : 'http-error-codes'}`
    : 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-APIErrorCode-1';
  const coding =
    code === undefined
      ? {}
      : { details: { coding: [{ system, code, ...(isR4 ? {} : { display: displayOf(code) }) }] } };
  return jsonReply(
    status,
    {
      ...(isR4
        ? { resourceType: 'OperationOutcome', meta: { lastUpdated: new Date().toISOString() } }
        : {
            meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1'] },
            resourceType: 'OperationOutcome',
          }),
      issue: [
        {
          severity: 'error',
          code: ISSUE_OF_CODE[code ?? ''] ?? ISSUE_OF_STATUS[status] ?? 'processing',
          ...coding,
          ...(message === '' ? {} : { diagnostics: message }),
        },
      ],
    },
    [],
    FHIR_JSON,
  );
}

export function notAcceptable(): Reply {
  return textReply(406, 'Not Acceptable');
}

export function unsupportedMediaType(): Reply {
  return textReply(415, 'Unsupported Media Type');
}

function displayOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
