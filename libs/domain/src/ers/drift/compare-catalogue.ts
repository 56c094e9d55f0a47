/**
 * What an e-RS OpenAPI file changes against the catalogue of this build. It only shows: a request is decided on the
 * catalogue that was compiled, whatever a file says.
 */
import { CATALOGUE, type Operation } from '../catalogue.js';
import { isParameter } from '../parameter.js';
import type { Specification, SpecifiedOperation, SpecifiedParameter } from './specification.js';
import { STATED_LIMITS } from './stated-limits.js';

export const ASPECTS = [
  'added',
  'removed',
  'method',
  'path',
  'deprecated',
  'business functions',
  'application-restricted',
  'capabilities',
  'write exception',
  'If-Match',
  'on behalf of',
  'query parameters',
  'request body',
  'limits',
] as const;
export type Aspect = (typeof ASPECTS)[number];

export interface Difference {
  readonly interaction: string;
  readonly operationId: string;
  readonly aspect: Aspect;
  /** As people read it; null: nothing. */
  readonly builtIn: string | null;
  readonly file: string | null;
}

export interface Comparison {
  /** `info.version` of the file. */
  readonly version: string;
  /** Operations of the file that were compared. */
  readonly operations: number;
  readonly differences: readonly Difference[];
  /** Where the file contradicts itself, or says something in a form that is not known here. None is a difference. */
  readonly remarks: readonly string[];
}

export interface Pair {
  readonly builtIn: Operation;
  readonly specified: SpecifiedOperation;
}

export interface Matched {
  readonly pairs: readonly Pair[];
  readonly added: readonly SpecifiedOperation[];
  readonly removed: readonly Operation[];
}

const shape = (path: string): string => path.replaceAll(/\{[^{}/]{1,100}\}/g, '{}');
const request = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path}`;

/** An operation is the same if its method and path are; otherwise if its operation id is. */
export function matchOperations(
  specified: readonly SpecifiedOperation[],
  catalogue: readonly Operation[] = CATALOGUE,
): Matched {
  const left = new Set(specified);
  const take = (isSame: (one: SpecifiedOperation) => boolean): SpecifiedOperation | undefined => {
    const found = [...left].find(isSame);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const byRequest = new Map(
    catalogue.map((builtIn) => [
      builtIn,
      take((one) => one.method === builtIn.method && shape(one.path) === shape(builtIn.path)),
    ]),
  );
  const pairs: Pair[] = [];
  const removed: Operation[] = [];
  for (const builtIn of catalogue) {
    const found = byRequest.get(builtIn) ?? take(({ operationId }) => operationId === builtIn.operationId);
    if (found === undefined) removed.push(builtIn);
    else pairs.push({ builtIn, specified: found });
  }
  return { pairs, added: [...left], removed };
}

export function compareCatalogue(
  { version, operations, remarks }: Specification,
  catalogue: readonly Operation[] = CATALOGUE,
): Comparison {
  const { pairs, added, removed } = matchOperations(operations, catalogue);
  const unread: string[] = [];
  const differences: Difference[] = [
    ...added.map((one) => difference(one, 'added', null, `${request(one)} (${one.title})`)),
    ...removed.map((one) => difference(one, 'removed', `${request(one)} (${one.title})`, null)),
    ...pairs.flatMap((pair) => changesOf(pair, unread)),
  ];
  return {
    version,
    operations: operations.length,
    differences: differences.toSorted(
      (one, other) =>
        compareText(one.interaction, other.interaction) || compareText(one.operationId, other.operationId),
    ),
    remarks: [...remarks, ...unread],
  };
}

/** What changed within one operation. What the file does not say in a known form goes to `unread`. */
function changesOf({ builtIn, specified }: Pair, unread: string[]): Difference[] {
  const changes: Difference[] = [];
  const compare = (aspect: Aspect, here: string | null, there: string | null) => {
    if (here !== there) changes.push(difference(builtIn, aspect, here, there));
  };
  const cantRead = (what: string) => {
    unread.push(
      `${builtIn.interaction}: the text of ${specified.operationId} does not say ${what} in a known form.`,
    );
  };
  compare('method', builtIn.method, specified.method);
  if (shape(builtIn.path) !== shape(specified.path)) compare('path', builtIn.path, specified.path);
  compare('deprecated', yesNo(builtIn.deprecated), yesNo(specified.deprecated));
  if (specified.businessFunctions === null) cantRead('which business functions it takes');
  else compare('business functions', list(builtIn.businessFunctions), list(specified.businessFunctions));
  const here = builtIn.applicationRestricted;
  const there = specified.applicationRestricted;
  compare('application-restricted', yesNo(here !== null), yesNo(there !== null));
  if (there?.capabilities === null) cantRead('in whose context an application calls it');
  else if (there !== null) {
    // For an operation that becomes available, too: a reader needs to know to whom.
    compare('capabilities', here === null ? null : list(here.capabilities), list(there.capabilities));
    compare('write exception', yesNo(here?.writeException === true), yesNo(there.writeException));
  }
  compare('If-Match', yesNo(builtIn.ifMatch), yesNo(specified.ifMatch));
  compare('on behalf of', yesNo(builtIn.onBehalfOf), yesNo(specified.onBehalfOf));
  compare('query parameters', queryOf(builtIn), list(specified.query.map(parameterText)));
  compare('request body', list(mediaTypesOf(builtIn)), list(specified.mediaTypes));
  const limits = [...(STATED_LIMITS[builtIn.interaction] ?? [])];
  const pageLimits = specified.query.filter((parameter) => isOtherMaximum(builtIn, parameter));
  compare(
    'limits',
    list([...limits, ...pageLimits.map(({ name }) => `${name}: another maximum`)]),
    list([
      ...specified.limits,
      ...pageLimits.map(({ name, maximum }) => `${name}: at most ${String(maximum)}`),
    ]),
  );
  return changes;
}

/** Whether the file states a largest number for a parameter, and the catalogue takes less or more. */
function isOtherMaximum({ query }: Operation, { name, maximum }: SpecifiedParameter): boolean {
  const kind = query[name]?.kind;
  if (maximum === null || kind === undefined) return false;
  return !isParameter(kind, String(maximum)) || isParameter(kind, String(maximum + 1));
}

function difference(
  { interaction, operationId }: { readonly interaction: string; readonly operationId: string },
  aspect: Aspect,
  builtIn: string | null,
  file: string | null,
): Difference {
  return { interaction, operationId, aspect, builtIn, file };
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const list = (values: readonly string[]): string =>
  values.length === 0 ? 'none' : [...values].sort().join(', ');
const parameterText = ({ name, required }: Pick<SpecifiedParameter, 'name' | 'required'>): string =>
  required ? name : `${name} (optional)`;
const queryOf = ({ query }: Operation): string =>
  list(Object.entries(query).map(([name, { required }]) => parameterText({ name, required })));

/** e-RS takes FHIR as `application/fhir+json` (docs/reference/protocol-facts.md §2). */
function mediaTypesOf({ body }: Operation): readonly string[] {
  if (body === null) return [];
  return body.kind === 'json' ? ['application/fhir+json'] : body.mediaTypes;
}
