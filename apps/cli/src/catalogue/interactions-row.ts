/** Rows of docs/reference/interactions.json, which the test of the catalogue compares it with. */
import type { Pair } from '@gatehouse/domain/ers/drift/compare-catalogue';
import type { SpecifiedOperation } from '@gatehouse/domain/ers/drift/specification';
import { STATED_LIMITS } from '@gatehouse/domain/ers/drift/stated-limits';
import { catalogueFields } from './catalogue-row.js';
import type { SourceRow } from './rows-of-source.js';

type Row = Readonly<Record<string, unknown>>;
interface Named {
  readonly name: string;
  readonly in?: string;
}

const ON_BEHALF_OF = {
  name: 'NHSD-eRS-On-Behalf-Of-User-ID',
  userRestricted:
    'required when NHSD-eRS-Business-Function=SERVICE_PROVIDER_CLINICIAN_ADMIN, otherwise must be absent',
  applicationRestricted: 'not stated',
  requiredInSpec: false,
};
const IF_MATCH = {
  name: 'If-Match',
  userRestricted: 'required',
  applicationRestricted: 'not stated',
  requiredInSpec: true,
};
const LINE_WIDTH = 110;

/** The fields that change in the catalogue, too. What the file does not state stays as it is. */
export function tableFields(pair: Pair, source: SourceRow): Readonly<Record<string, string>> {
  const before = JSON.parse(source.lines.join('\n').replace(/,$/, '')) as Row;
  const changed = new Set(Object.keys(catalogueFields(pair)));
  const after = { ...statedRow(pair.specified, before, changed), ...changedSizes(pair) };
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, member(name, value)]));
}

/** A whole row. Whether it only reads is for a person to decide. */
export function newTableRow(operation: SpecifiedOperation): string {
  const { interaction: id, operationId, title, path, deprecated } = operation;
  const all = new Set([
    'path',
    'businessFunctions',
    'applicationRestricted',
    'ifMatch',
    'onBehalfOf',
    'query',
    'body',
  ]);
  const { method, ...stated } = statedRow(operation, {}, new Set([...all, 'method']));
  const row = {
    ...{ id, operationId, title, fhirVersion: path.startsWith('/FHIR/R4/') ? 'R4' : 'STU3', method },
    ...{ path: stated['path'], deprecated, readOnly: 'UNDECIDED', ...stated },
    sizeLimits: sizeLimits(operation),
  };
  const members = Object.entries(row).map(([name, value]) => member(name, value));
  const lines = members.join(',\n').split('\n');
  return ['    {', ...lines.map((line) => `      ${line}`), '    },'].join('\n');
}

function changedSizes({ builtIn, specified }: Pair): Row {
  const before = (STATED_LIMITS[builtIn.interaction] ?? []).filter(isSize);
  return before.join() === specified.limits.filter(isSize).join()
    ? {}
    : { sizeLimits: sizeLimits(specified) };
}

function sizeLimits({ limits, operationId }: SpecifiedOperation) {
  const sizes = limits.filter(isSize);
  return sizes.length === 0
    ? 'not stated in the endpoint file'
    : sizes.map((text) => ({ text, source: operationId }));
}

const isSize = (limit: string): boolean => /B$/.test(limit);

function statedRow(specified: SpecifiedOperation, before: Row, changed: ReadonlySet<string>): Row {
  const { method, path, deprecated, businessFunctions, applicationRestricted: access } = specified;
  const row: Record<string, unknown> = {};
  if (changed.has('method')) row['method'] = method;
  if (changed.has('path')) row['path'] = path;
  if (changed.has('deprecated')) row['deprecated'] = deprecated;
  if (changed.has('businessFunctions')) {
    const functions = businessFunctions === null || businessFunctions.length === 0 ? null : businessFunctions;
    row['userRestricted'] = { permitted: true, businessFunctions: functions };
  }
  if (changed.has('applicationRestricted')) {
    const known = before['applicationRestricted'] as Row | undefined;
    const capability = access === null ? null : (access.capabilities ?? known?.['capability'] ?? 'UNDECIDED');
    row['applicationRestricted'] = {
      permitted: access !== null,
      inOverviewTable: access !== null,
      capability,
      businessFunction: Array.isArray(capability)
        ? capability.map((one) => `${String(one).toUpperCase()}_AUTHORISED_APPLICATION`)
        : null,
      needsApprovedUseCase: access === null ? null : access.writeException,
      restrictions: known?.['restrictions'] ?? null,
    };
  }
  if (changed.has('ifMatch') || changed.has('onBehalfOf')) row['headers'] = headersOf(specified, before);
  if (changed.has('query') || changed.has('path')) row['parameters'] = parametersOf(specified, before);
  if (changed.has('body'))
    row['requestBody'] =
      specified.mediaTypes.length === 0 ? {} : { required: true, contentTypes: specified.mediaTypes };
  return row;
}

function headersOf({ ifMatch, onBehalfOf }: SpecifiedOperation, before: Row): readonly Named[] {
  const known = (before['headers'] as readonly Named[] | undefined) ?? [];
  const others = known.filter(({ name }) => name !== IF_MATCH.name && name !== ON_BEHALF_OF.name);
  const kept = (header: Named): Named => known.find(({ name }) => name === header.name) ?? header;
  return [...others, ...(onBehalfOf ? [kept(ON_BEHALF_OF)] : []), ...(ifMatch ? [kept(IF_MATCH)] : [])];
}

function parametersOf({ path, query }: SpecifiedOperation, before: Row): readonly Named[] {
  const known = (before['parameters'] as readonly Named[] | undefined) ?? [];
  const as = (where: string, name: string, requiredInSpec: boolean): Named => ({
    ...(known.find((one) => one.in === where && one.name === name) ?? { name, in: where, type: 'string' }),
    ...{ requiredInSpec },
  });
  const inPath = [...path.matchAll(/\{([^{}/]{1,100})\}/g)].map(([, name = '']) => as('path', name, true));
  return [...inPath, ...query.map(({ name, required }) => as('query', name, required))];
}

/** `"name": value` as our formatter writes it: a list without objects stands on one line if it fits. */
function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}: ${text(value, 6, name.length + 4)}`;
}

function text(value: unknown, indent: number, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = ' '.repeat(2);
  const nested = (one: unknown, key: string) =>
    text(one, indent + 2, key.length).replaceAll('\n', `\n${inner}`);
  if (Array.isArray(value)) {
    const items = value.map((one) => nested(one, ''));
    const line = `[${items.join(', ')}]`;
    const isFlat =
      value.every((one) => typeof one !== 'object') && indent + before + line.length < LINE_WIDTH;
    return isFlat || value.length === 0 ? line : `[\n${items.map((item) => inner + item).join(',\n')}\n]`;
  }
  const members = Object.entries(value).map(([key, one]) => {
    const label = `${JSON.stringify(key)}: `;
    return `${inner}${label}${nested(one, label)}`;
  });
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n}`;
}
