/**
 * Finds the catalogue row and the parameters of a method and a raw request path, and builds the path that is sent
 * upstream. Paths are compared byte by byte: an operation has one spelling, and nothing is decoded or normalised
 * (law 4).
 */
import { CATALOGUE, type Operation } from './catalogue.js';
import { GatewayError } from '../errors.js';
import { isParameter, PARAMETER_KINDS, type ParameterKind } from './parameter.js';

export interface MatchedOperation {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Characters a catalogue path can contain; anything else, `%` included, is refused before matching. */
const PATH_GRAMMAR = /^\/FHIR\/(?:STU3|R4)\/[A-Za-z0-9$._/-]{1,200}$/;

const templates = CATALOGUE.map((operation) => ({ operation, segments: operation.path.split('/') }));

/**
 * @param path the request target up to `?`, as received
 * @throws GW_PATH_SYNTAX if no operation has this path, GW_METHOD if none of those takes the method
 */
export function matchOperation(method: string, path: string): MatchedOperation {
  if (path.length > 256) throw new GatewayError('GW_PATH_SYNTAX', { fhirIssue: 'too-long' });
  if (!PATH_GRAMMAR.test(path)) throw new GatewayError('GW_PATH_SYNTAX');
  const segments = path.split('/');
  const allowed: string[] = [];
  for (const template of templates) {
    const parameters = matchSegments(template.segments, segments);
    if (parameters === null) continue;
    if (template.operation.method === method) return { operation: template.operation, parameters };
    allowed.push(template.operation.method);
  }
  if (allowed.length === 0) throw new GatewayError('GW_PATH_SYNTAX');
  throw new GatewayError('GW_METHOD', { headers: { Allow: allowed.join(', ') } });
}

function matchSegments(
  template: readonly string[],
  segments: readonly string[],
): Record<string, string> | null {
  if (template.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const actual = segments[index] ?? '';
    const name = parameterName(expected);
    if (name === null) {
      if (expected !== actual) return null;
    } else {
      if (!isParameter(name, actual)) return null;
      parameters[name] = actual;
    }
  }
  return parameters;
}

/** The kind a template segment like `{ubrn}` stands for, or null for a literal. */
function parameterName(segment: string): ParameterKind | null {
  if (!segment.startsWith('{')) return null;
  const name = segment.slice(1, -1);
  return PARAMETER_KINDS.find((kind) => kind === name) ?? null;
}

/** The path that is sent upstream. It is built from the row and never copied from the request (law 2). */
export function renderPath(matched: MatchedOperation): string {
  return matched.operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = matched.parameters[name];
    if (value === undefined) throw new Error(`no parameter ${name} for ${matched.operation.operationId}`);
    return value;
  });
}
