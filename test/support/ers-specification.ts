/**
 * The e-RS OpenAPI file as its repository publishes it ("npm run publish": one JSON file without references), made from
 * docs/reference/interactions.json. The texts are reduced to the lines that say something about access and limits; their
 * form is that of NHSDigital/e-referrals-service-api, specification/components/{stu3,r4}/schemas/endpoints.
 */
import { readFileSync } from 'node:fs';

interface Row {
  readonly id: string;
  readonly operationId: string;
  readonly title: string;
  readonly fhirVersion: string;
  readonly method: string;
  readonly path: string;
  readonly deprecated: boolean;
  readonly userRestricted: { readonly businessFunctions: readonly string[] | null };
  readonly applicationRestricted: {
    readonly permitted: boolean;
    readonly inOverviewTable: boolean;
    readonly capability: readonly string[] | null;
    readonly needsApprovedUseCase: boolean | null;
    readonly restrictions: readonly string[] | null;
  };
  readonly headers: readonly { readonly name: string; readonly requiredInSpec: boolean }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly requiredInSpec: boolean;
  }[];
  readonly requestBody: { readonly contentTypes?: readonly string[] };
  readonly sizeLimits: string | readonly { readonly text: string }[];
}

export interface OperationObject {
  description: string;
  summary: string;
  operationId: string;
  deprecated?: boolean;
  [member: string]: unknown;
}

export interface SpecificationDocument {
  openapi: string;
  info: { version: string; title: string; description: string };
  paths: Record<string, Record<string, OperationObject>>;
}

const TABLE = new URL('../../docs/reference/interactions.json', import.meta.url);

/** The specification that the catalogue of this build was made from. Each call returns a document of its own. */
export function specificationFile(
  version = '1.2.345-beta',
  table: string | URL = TABLE,
): SpecificationDocument {
  const { interactions } = JSON.parse(readFileSync(table, 'utf8')) as { interactions: readonly Row[] };
  const inTable = interactions.filter((row) => row.applicationRestricted.inOverviewTable).map(({ id }) => id);
  const links = [...new Set(inTable)].map(
    (id) => `<li>[${id} - Title](#api-Default-${id.toLowerCase()})</li>`,
  );
  const paths: SpecificationDocument['paths'] = {};
  for (const row of interactions) {
    const path = row.path.replace('/FHIR', '');
    (paths[path] ??= {})[row.method.toLowerCase()] = operationOf(row);
  }
  return {
    openapi: '3.0.0',
    info: {
      version,
      title: 'e-Referrals Service',
      description: [
        '### Access modes',
        '| Access mode | Authentication via | Functions | Availability |',
        '| ----------- | ------------------ | --------- | ------------ |',
        `| Application-restricted,<br/>unattended access | Signed JWT | <ul>${links.join('')}</ul> | production |`,
        '| Healthcare worker,<br/>user-restricted access | CIS2 | All endpoints | production |',
      ].join('\n'),
    },
    paths,
  };
}

function operationOf(row: Row): OperationObject {
  const { id, title, fhirVersion, headers, parameters, requestBody } = row;
  return {
    ...(row.deprecated ? { deprecated: true } : {}),
    security: [{ bearerAuth: [] }],
    description: descriptionOf(row),
    summary: `${title} (${id}, FHIR ${fhirVersion})${row.deprecated ? ' [deprecated]' : ''}`,
    operationId: row.operationId,
    parameters: [
      ...headers.map(({ name, requiredInSpec }) => ({
        ...{ in: 'header', name, required: requiredInSpec, schema: { type: 'string' } },
      })),
      ...parameters.map(({ name, in: within, requiredInSpec }) => ({
        ...{ in: within, name, required: requiredInSpec, schema: { type: 'string' } },
      })),
    ],
    ...(requestBody.contentTypes === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: Object.fromEntries(requestBody.contentTypes.map((type) => [type, { schema: {} }])),
          },
        }),
    responses: { 200: { description: 'Success' } },
  };
}

function descriptionOf({ applicationRestricted: access, userRestricted, sizeLimits }: Row): string {
  const [only] = access.capability?.length === 1 ? access.capability : [];
  const context = only === 'provider' ? 'Service Provider Organisation' : 'Referring Organisation';
  const functions = userRestricted.businessFunctions;
  return [
    '## Overview',
    '## Supported security patterns',
    '- Healthcare worker, user-restricted access',
    ...(access.permitted ? ['- Application-restricted, unattended access'] : []),
    '',
    '## Pre-requisites',
    ...(access.permitted
      ? [
          '### Application-restricted, unattended access',
          `In order to use this endpoint you must be an authenticated e-RS calling application${only === undefined ? '.' : `, working in the context of a ${context}.`}`,
        ]
      : []),
    ...(access.needsApprovedUseCase === true
      ? ['To access this endpoint in this mode, you will be required to submit your use case for review.']
      : []),
    ...(access.restrictions?.some((text) => text.includes('two retrievals')) === true
      ? [
          'This endpoint must only be used to retrieve the worklist for a given service up to two times per day.',
        ]
      : []),
    ...(functions === null
      ? []
      : [
          '### Healthcare worker, user-restricted access',
          'In order to use this endpoint you must be an authenticated e-RS user and use one of the following e-RS roles:',
          ...functions.map((name) => `  - \`${name}\``),
        ]),
    ...(typeof sizeLimits === 'string' ? [] : sizeLimits.map(({ text }) => text)),
    '## Use case',
    'As an authenticated user whose `REFERRAL_STATE` is not a business function.',
  ].join('\n');
}
