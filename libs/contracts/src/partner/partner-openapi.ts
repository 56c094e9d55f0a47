/**
 * What the partner listener takes, as an OpenAPI 3.1 document: every row of the catalogue with its parameters, headers
 * and body, how Gatehouse refuses, and its own routes. What a body holds is for e-RS's own specification to say.
 * docs/reference/partner-openapi.json is generated from it.
 */
import { CATALOGUE, type Operation } from '@gatehouse/domain/ers/catalogue';
import { PARAMETER_FORMS, PARAMETER_KINDS, type ParameterKind } from '@gatehouse/domain/ers/parameter';
import type { Json } from '../openapi-json.js';
import { OWN_ROUTES, ownOperation } from './own-routes.js';
import { ANSWER_HEADERS, ERS_HEADERS, headersOf, REQUEST_HEADERS } from './partner-headers.js';
import { OPERATION_OUTCOME, REFUSALS, REFUSED } from './partner-refusals.js';

export function partnerOpenApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of CATALOGUE)
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: operationOf(operation),
    };
  for (const route of OWN_ROUTES)
    paths[route.path] = { ...paths[route.path], [route.method]: ownOperation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse: calling e-RS',
      version,
      description:
        'The calls of the NHS e-Referral Service that Gatehouse takes from the services of a supplier. The answers of e-RS come back byte for byte; what requests and answers hold is described by the specification of e-RS. docs/guides/calling.md says how to call, docs/guides/user-sign-in.md how users are signed in, and docs/errors.md what each refusal means.',
    },
    servers: [{ url: 'https://gatehouse.example', description: 'The partner listener' }],
    security: [{ key: [] }],
    tags: [
      { name: 'STU3', description: 'Interactions in FHIR STU3' },
      { name: 'R4', description: 'Interactions in FHIR R4' },
      { name: 'Users', description: 'Signing users in, in JSON' },
      { name: 'Explanation', description: 'Why a request is refused, in JSON' },
    ],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A client key of Gatehouse, or a JWT of the workload identity that is bound to the client',
        },
      },
      parameters: REQUEST_HEADERS,
      responses: { ErsAnswer: ERS_ANSWER, ErsRedirect: ERS_REDIRECT, ...REFUSALS },
      schemas: { OperationOutcome: OPERATION_OUTCOME },
    },
  };
}

const ERS_ANSWER: Json = {
  description: 'The status and body of e-RS, byte for byte',
  headers: ERS_HEADERS,
  content: { 'application/fhir+json': {}, '*/*': {} },
};

const ERS_REDIRECT: Json = {
  description: 'Where the file is. Follow it yourself, at once, and without your key of Gatehouse.',
  headers: {
    ...ANSWER_HEADERS,
    Location: {
      description: 'https at a host that the environment allows',
      schema: { type: 'string', format: 'uri' },
    },
  },
};

/** The interaction that e-RS answers with a redirect (docs/reference/protocol-facts.md §2). */
const REDIRECTED = 'A042';

function operationOf(operation: Operation): Json {
  const { operationId, interaction, title, fhirVersion, deprecated, body } = operation;
  return {
    operationId,
    summary: `${interaction}: ${title}`,
    tags: [fhirVersion],
    description: accessOf(operation),
    ...(deprecated ? { deprecated } : {}),
    parameters: [
      ...pathParameters(operation).map((kind) => parameterOf('path', kind, kind, true)),
      ...Object.entries(operation.query).map(([name, { kind, required }]) =>
        parameterOf('query', name, kind, required),
      ),
      ...headersOf(operation).map((key) => ({ $ref: `#/components/parameters/${key}` })),
    ],
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: true,
            description: body.kind === 'json' ? 'At most 1 MiB' : 'At most 5 MiB, with Content-Length',
            content: Object.fromEntries(
              (body.kind === 'json' ? ['application/fhir+json'] : body.mediaTypes).map((type) => [type, {}]),
            ),
          },
        }),
    responses: {
      '2XX': { $ref: '#/components/responses/ErsAnswer' },
      ...(interaction === REDIRECTED ? { 307: { $ref: '#/components/responses/ErsRedirect' } } : {}),
      ...REFUSED,
      default: { $ref: '#/components/responses/ErsAnswer' },
    },
  };
}

const pathParameters = ({ path }: Operation): ParameterKind[] =>
  PARAMETER_KINDS.filter((kind) => path.includes(`{${kind}}`)).sort(
    (left, right) => path.indexOf(`{${left}}`) - path.indexOf(`{${right}}`),
  );

function accessOf({ readOnly, applicationRestricted, businessFunctions }: Operation): string {
  const exception = applicationRestricted?.writeException === true ? ', with a write exception' : '';
  return [
    readOnly ? 'Reads.' : 'Writes: Gatehouse sends it once and never repeats it.',
    applicationRestricted === null
      ? 'Not available to application-restricted access.'
      : `Application-restricted access: ${applicationRestricted.capabilities.join(' or ')}${exception}.`,
    businessFunctions.length === 0
      ? 'User-restricted access: every function.'
      : `User-restricted access: ${businessFunctions.join(', ')}.`,
  ].join(' ');
}

function parameterOf(place: 'path' | 'query', name: string, kind: ParameterKind, required: boolean): Json {
  const form = PARAMETER_FORMS[kind];
  const schema =
    'values' in form
      ? { type: 'string', enum: form.values }
      : { type: 'string', pattern: form.pattern.source, maxLength: form.maxLength };
  return { name, in: place, required, schema };
}
