// The generated half of libs/client: its interactions from the catalogue, the routes that are Gatehouse's own from the
// contract, and its codes from the table of errors. The package is published alone, so it has copies of all three.
const { CATALOGUE } = await import('../../libs/domain/dist/ers/catalogue.js');
const { PARAMETER_FORMS } = await import('../../libs/domain/dist/ers/parameter.js');
const { ERRORS } = await import('../../libs/domain/dist/errors.js');
const { OWN_ROUTES } = await import('../../libs/contracts/dist/partner/own-routes.js');
const { schemaOf } = await import('../../libs/contracts/dist/openapi-json.js');
const { headersOf, REQUEST_HEADERS } = await import('../../libs/contracts/dist/partner/partner-headers.js');

/** The headers that only some interactions take, and which are therefore part of the request. */
const OF_SOME = new Set(['ifMatch', 'commRuleOrg', 'fileName', 'referralId']);
const GENERATED = (from) => `Generated from \`${from}\` by \`npm run docs\`.`;

/** a023-retrieve-a&g-worklist → a023RetrieveAAndGWorklist */
const methodName = (operationId) =>
  operationId.replaceAll('&', '-and-').replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

const special = (operation) => headersOf(operation).filter((key) => OF_SOME.has(key));
const inPath = ({ path }) => [...path.matchAll(/\{(\w+)\}/g)].map(([, kind]) => kind);
const quoted = (text) => JSON.stringify(text);

function typeOf(kind) {
  const form = PARAMETER_FORMS[kind];
  return 'values' in form ? form.values.map(quoted).join(' | ') : 'string';
}

function rowOf(operation) {
  const { method, path, readOnly, query, body } = operation;
  const kinds = Object.entries(query).map(([name, { kind }]) => `${quoted(name)}: ${quoted(kind)}`);
  const headers = special(operation).map((key) => `${key}: ${quoted(REQUEST_HEADERS[key].name)}`);
  const kind = body === null ? 'null' : quoted(body.kind);
  return `{ method: ${quoted(method)}, path: ${quoted(path)}, reads: ${readOnly}, query: { ${kinds.join(', ')} }, headers: { ${headers.join(', ')} }, body: ${kind} }`;
}

function requestOf(operation) {
  const { query, body } = operation;
  const parameters = Object.entries(query);
  const mark = (required) => (required ? '' : '?');
  const members = [
    ...inPath(operation).map((kind) => `readonly ${kind}: ${typeOf(kind)};`),
    ...special(operation).map((key) => {
      const { description, required } = REQUEST_HEADERS[key];
      return `/** ${description} */ readonly ${key}${mark(required)}: string;`;
    }),
  ];
  if (parameters.length > 0) {
    const properties = parameters.map(
      ([name, { kind, required }]) => `readonly ${quoted(name)}${mark(required)}: ${typeOf(kind)};`,
    );
    members.push(`readonly query: { ${properties.join(' ')} };`);
  }
  if (body?.kind === 'json') members.push('readonly body: JsonBody;');
  if (body?.kind === 'file')
    members.push(`readonly body: FileBody<${body.mediaTypes.map(quoted).join(' | ')}>;`);
  return members.length === 0 ? 'Record<never, never>' : `{ ${members.join('\n')} }`;
}

const KINDS = [
  ...new Set(
    CATALOGUE.flatMap((row) => [...inPath(row), ...Object.values(row.query).map(({ kind }) => kind)]),
  ),
];

function patternOf(kind) {
  const form = PARAMETER_FORMS[kind];
  if (!('values' in form)) return String(form.pattern);
  const values = form.values.map((value) => value.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`));
  return `/^(?:${values.join('|')})$/`;
}

/** libs/client/src/operations.ts */
export const clientOperations = `/** ${GENERATED('libs/domain/src/ers/catalogue.ts')} */
import type { FileBody, JsonBody } from './bodies.js';

/** The forms of the parameters. */
export const PARAMETERS = {
${KINDS.map((kind) => `${kind}: ${patternOf(kind)},`).join('\n')}
} as const;

/** How each interaction is called. */
export const OPERATIONS = {
${CATALOGUE.map((row) => `${methodName(row.operationId)}: ${rowOf(row)},`).join('\n')}
} as const;

/** What each interaction needs, by the name of its method. */
export interface Requests {
${CATALOGUE.map((row) => {
  const { interaction, title, operationId, readOnly, deprecated } = row;
  const words = `${interaction}: ${title}. It ${readOnly ? 'reads' : 'writes, and is sent once'}.`;
  return `/** ${words}${deprecated ? ' @deprecated by e-RS' : ''} */\nreadonly ${methodName(operationId)}: ${requestOf(row)};`;
}).join('\n')}
}
`;

/** What a JSON Schema of the contract allows, as a type. */
function typeIn(schema) {
  const { anyOf, enum: values, type, items, properties = {}, required = [] } = schema;
  if (anyOf !== undefined) return anyOf.map(typeIn).join(' | ');
  if (values !== undefined) return values.map(quoted).join(' | ');
  if (Array.isArray(type)) return type.map((each) => typeIn({ ...schema, type: each })).join(' | ');
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'array':
      return `readonly (${typeIn(items)})[]`;
    case 'object':
      return `{ ${Object.entries(properties)
        .map(
          ([name, property]) => `readonly ${name}${required.includes(name) ? '' : '?'}: ${typeIn(property)};`,
        )
        .join('\n')} }`;
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

/** An explanation sends nothing to e-RS, and may be for a session. */
const isExplanation = ({ path }) => path === '/explain';
const ofASession = (route) => route.headers?.includes('userSession') && !isExplanation(route);

function ownRowOf(route) {
  const { method, path, body } = route;
  const reads = method === 'get' || isExplanation(route);
  const headers = ofASession(route) ? `userSession: ${quoted(REQUEST_HEADERS.userSession.name)}` : '';
  return `{ method: ${quoted(method.toUpperCase())}, path: ${quoted(path)}, reads: ${reads}, query: {}, headers: { ${headers} }, body: ${body === undefined ? 'null' : quoted('own')} }`;
}

function ownRequestOf(route) {
  const members = [
    ...(ofASession(route)
      ? [`/** ${REQUEST_HEADERS.userSession.description} */ readonly userSession: string;`]
      : []),
    ...(route.body === undefined ? [] : [`readonly body: ${typeIn(schemaOf(route.body, 'input'))};`]),
  ];
  return `{ ${members.join('\n')} }`;
}

/** libs/client/src/own-operations.ts */
export const clientOwnOperations = `/** ${GENERATED('libs/contracts/src/partner/own-routes.ts')} */

/** How each route is called that is Gatehouse's own. */
export const OWN_OPERATIONS = {
${OWN_ROUTES.map((route) => `${route.operationId}: ${ownRowOf(route)},`).join('\n')}
} as const;

/** What each of them needs, by the name of its method. */
export interface OwnRequests {
${OWN_ROUTES.map((route) => `/** ${route.summary}. */\nreadonly ${route.operationId}: ${ownRequestOf(route)};`).join('\n')}
}

/** What \`json()\` of its answer has; never: there is no body. */
export interface OwnAnswers {
${OWN_ROUTES.map(({ operationId, answer }) => `readonly ${operationId}: ${answer === undefined ? 'never' : typeIn(schemaOf(answer, 'output'))};`).join('\n')}
}
`;

/** libs/client/src/refusals.ts */
export const clientRefusals = `/** ${GENERATED('libs/domain/src/errors.ts')} */

/** Every code with which Gatehouse refuses. \`retryAfterS\`: it says so in Retry-After, and this at least. */
export const REFUSALS = {
${Object.entries(ERRORS)
  .map(
    ([code, { publicText, whatToDo, status, whoActs, retryAfterS = null, readMayBeRepeated = false }]) =>
      `/** ${publicText} ${whatToDo} */\n${code}: { status: ${status}, whoActs: ${quoted(whoActs)}, retryAfterS: ${retryAfterS}, readMayBeRepeated: ${readMayBeRepeated} },`,
  )
  .join('\n')}
} as const;

export type RefusalCode = keyof typeof REFUSALS;
`;
