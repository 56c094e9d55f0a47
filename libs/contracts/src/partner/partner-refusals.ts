/** How the partner listener refuses: a response of OpenAPI for each HTTP status, with the codes that it may hold. */
import { type ErrorCode, ERRORS } from '@gatehouse/domain/errors';
import { FRAMING_RULES } from '@gatehouse/domain/input/framing-rules';
import type { Json } from '../openapi-json.js';
import { ANSWER_HEADERS, REFUSAL_HEADERS } from './partner-headers.js';

const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

/** The codes of each status, in the order of the statuses. GW_FRAMING has several. */
export const CODES_OF_STATUS: ReadonlyMap<number, readonly ErrorCode[]> = codesOfStatus();

function codesOfStatus(): Map<number, ErrorCode[]> {
  const pairs: [number, ErrorCode][] = ERROR_CODES.map((code) => [ERRORS[code].status, code]);
  for (const rule of Object.values(FRAMING_RULES))
    if ('status' in rule) pairs.push([rule.status, 'GW_FRAMING']);
  pairs.sort(([left], [right]) => left - right);
  const codes = new Map<number, ErrorCode[]>();
  for (const [status, code] of pairs) codes.set(status, [...new Set([...(codes.get(status) ?? []), code])]);
  return codes;
}

const nameOf = (status: number): string => `Refusal${String(status)}`;

/** The responses of every operation. */
export const REFUSED: Json = Object.fromEntries(
  [...CODES_OF_STATUS.keys()].map((status) => [
    String(status),
    { $ref: `#/components/responses/${nameOf(status)}` },
  ]),
);

/** `components.responses` */
export const REFUSALS: Json = Object.fromEntries(
  [...CODES_OF_STATUS].map(([status, codes]) => [nameOf(status), refusal(codes)]),
);

function refusal(codes: readonly ErrorCode[]): Json {
  const lines = codes.map((code) => `- \`${code}\`: ${ERRORS[code].publicText} ${ERRORS[code].whatToDo}`);
  return {
    description: `A refusal of Gatehouse, unless \`Gatehouse-Error-Source\` is \`upstream\`: then e-RS has answered with this status.\n\n${lines.join('\n')}`,
    headers: {
      ...ANSWER_HEADERS,
      'Gatehouse-Error-Source': {
        description: 'Who refused.',
        schema: { type: 'string', enum: ['gateway', 'upstream'] },
      },
      'Gatehouse-Error-Code': {
        description: 'The code of a refusal of Gatehouse.',
        schema: { type: 'string', enum: codes },
      },
      ...REFUSAL_HEADERS,
    },
    // Errors of e-RS may also be plain text, or empty (docs/reference/protocol-facts.md §1).
    content: {
      'application/fhir+json': { schema: { $ref: '#/components/schemas/OperationOutcome' } },
      '*/*': {},
    },
  };
}

/** In the profile of the path: R4 below /FHIR/R4/, else STU3. */
export const OPERATION_OUTCOME: Json = {
  type: 'object',
  required: ['resourceType', 'issue'],
  properties: {
    resourceType: { const: 'OperationOutcome' },
    issue: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          severity: { type: 'string' },
          code: { type: 'string', description: 'http://hl7.org/fhir/issue-type' },
          details: {
            type: 'object',
            properties: {
              coding: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: {
                    system: { type: 'string', description: 'Of Gatehouse: urn:gatehouse:error-code.' },
                    code: { type: 'string', description: `Of Gatehouse: ${ERROR_CODES.join(', ')}.` },
                    display: { type: 'string' },
                  },
                },
              },
            },
          },
          diagnostics: { type: 'string', description: 'What was wrong, what to do, and who must act.' },
        },
      },
    },
  },
};
