/** Rows of libs/domain/src/ers/catalogue.ts, as our formatter writes them. */
import type { Operation } from '@gatehouse/domain/ers/catalogue';
import type { Pair } from '@gatehouse/domain/ers/drift/compare-catalogue';
import type { SpecifiedOperation } from '@gatehouse/domain/ers/drift/specification';
import { PARAMETER_KINDS } from '@gatehouse/domain/ers/parameter';

/** The names of the constants that the catalogue uses for the business functions. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  REFERRING_CLINICIAN: 'RC',
  REFERRING_CLINICIAN_ADMIN: 'RCA',
  REFERRING_ADMIN: 'RA',
  SERVICE_PROVIDER_CLINICIAN: 'SPC',
  SERVICE_PROVIDER_CLINICIAN_ADMIN: 'SPCA',
  SERVICE_PROVIDER_ADMIN: 'SPA',
};

/** The fields in which the file differs from the catalogue. */
export function catalogueFields({ builtIn, specified }: Pair): Readonly<Record<string, string>> {
  const before = fieldsOf(statedBy(builtIn), builtIn);
  const after = fieldsOf(specified, builtIn);
  return Object.fromEntries(Object.entries(after).filter(([name, text]) => before[name] !== text));
}

/** A whole row. What the file can't say is UNDECIDED, which does not compile. */
export function newCatalogueRow(operation: SpecifiedOperation): string {
  const fields = fieldsOf(operation, null);
  const { operationId, interaction, title } = operation;
  const lines = [
    `operationId: ${quoted(operationId)}`,
    `interaction: ${quoted(interaction)}`,
    `title: ${quoted(title)}`,
    `fhirVersion: ${quoted(operation.path.startsWith('/FHIR/R4/') ? 'R4' : 'STU3')}`,
    fields['method'],
    fields['path'],
    'readOnly: UNDECIDED',
    fields['deprecated'],
    fields['businessFunctions'],
    fields['applicationRestricted'],
    fields['ifMatch'],
    fields['onBehalfOf'],
    fields['query'],
    fields['body'],
    'subject: UNDECIDED',
  ];
  const body = lines.flatMap((line) => `${line ?? ''},`.split('\n').map((text) => `    ${text}`));
  return ['  {', ...body, '  },'].join('\n');
}

type Stated = Omit<SpecifiedOperation, 'interaction' | 'operationId' | 'title' | 'limits'>;

/** The built-in row as a file would state it. */
function statedBy({ method, path, deprecated, businessFunctions, query, body, ...rest }: Operation): Stated {
  const { applicationRestricted, ifMatch, onBehalfOf } = rest;
  return {
    ...{ method, path, deprecated, businessFunctions, applicationRestricted, ifMatch, onBehalfOf },
    query: Object.entries(query).map(([name, { required }]) => ({ name, required, maximum: null })),
    mediaTypes: body === null ? [] : body.kind === 'json' ? ['application/fhir+json'] : body.mediaTypes,
  };
}

/** Lists are compared, and written, alphabetically: their order means nothing. */
function fieldsOf(stated: Stated, builtIn: Operation | null): Record<string, string> {
  const { method, deprecated, applicationRestricted: access, ifMatch, onBehalfOf, mediaTypes } = stated;
  const functions = stated.businessFunctions ?? builtIn?.businessFunctions;
  const capabilities = access?.capabilities ?? builtIn?.applicationRestricted?.capabilities;
  return {
    method: `method: ${quoted(method)}`,
    path: `path: ${quoted(withKinds(stated.path, builtIn?.path ?? ''))}`,
    deprecated: `deprecated: ${String(deprecated)}`,
    businessFunctions: `businessFunctions: ${functions === undefined ? 'UNDECIDED' : inBrackets(functions, functionName)}`,
    applicationRestricted:
      access === null
        ? 'applicationRestricted: null'
        : `applicationRestricted: { capabilities: ${capabilities === undefined ? 'UNDECIDED' : inBrackets(capabilities, quoted)}, writeException: ${String(access.writeException)} }`,
    ifMatch: `ifMatch: ${String(ifMatch)}`,
    onBehalfOf: `onBehalfOf: ${String(onBehalfOf)}`,
    query: queryText(stated, builtIn),
    body: bodyText(mediaTypes),
  };
}

/** A parameter has the kind that the catalogue has in its place, or the kind of its name; otherwise nothing matches it. */
function withKinds(path: string, builtIn: string): string {
  const places = builtIn.split('/');
  return path
    .split('/')
    .map((segment, at) => {
      if (!segment.startsWith('{') || PARAMETER_KINDS.some((kind) => segment === `{${kind}}`)) return segment;
      return places[at]?.startsWith('{') === true ? places[at] : segment;
    })
    .join('/');
}

function queryText({ query }: Stated, builtIn: Operation | null): string {
  if (query.length === 0) return 'query: {}';
  const members = query
    .map(({ name, required }) => {
      const kind = builtIn?.query[name]?.kind;
      const key = /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
      return `${key}: ${required ? 'required' : 'optional'}(${kind === undefined ? 'UNDECIDED' : quoted(kind)})`;
    })
    .sort();
  return members.length === 1
    ? `query: { ${members[0] ?? ''} }`
    : `query: {\n${members.map((member) => `  ${member},`).join('\n')}\n}`;
}

function bodyText(mediaTypes: readonly string[]): string {
  if (mediaTypes.length === 0) return 'body: null';
  if (mediaTypes.length === 1 && mediaTypes[0] === 'application/fhir+json') return "body: { kind: 'json' }";
  const types = [...mediaTypes].sort().map((type) => `    ${quoted(type)},`);
  return `body: {\n  kind: 'file',\n  mediaTypes: [\n${types.join('\n')}\n  ],\n}`;
}

const functionName = (name: string): string => FUNCTIONS[name] ?? quoted(name);
const inBrackets = (values: readonly string[], text: (value: string) => string): string =>
  `[${[...values].sort().map(text).join(', ')}]`;

/** As our formatter quotes a text. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  return text.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
}
