/** The catalogue against docs/reference/interactions.json, which was generated from e-RS's specification and not from the catalogue. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from './catalogue.js';

interface Row {
  readonly id: string;
  readonly operationId: string;
  readonly title: string;
  readonly fhirVersion: string;
  readonly method: string;
  readonly path: string;
  readonly deprecated: boolean;
  readonly readOnly: boolean;
  /** Null: no business function is needed. */
  readonly userRestricted: { readonly businessFunctions: readonly string[] | null };
  readonly applicationRestricted: {
    /** A006 alone is permitted by its own page and not in the table (docs/reference/protocol-facts.md §2). */
    readonly inOverviewTable: boolean;
    readonly capability: readonly string[] | null;
    readonly needsApprovedUseCase: boolean | null;
  };
  readonly headers: readonly { readonly name: string; readonly userRestricted: string }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly requiredInSpec: boolean;
  }[];
}

const TABLE = new URL('../../../../docs/reference/interactions.json', import.meta.url);
const { interactions } = JSON.parse(readFileSync(TABLE, 'utf8')) as { interactions: readonly Row[] };

/** Reads the header's conditions as they are worded: A040 is the one that takes it from nobody. */
const takesOnBehalfOf = ({ headers }: Row): boolean =>
  headers.some(
    ({ name, userRestricted }) =>
      name === 'NHSD-eRS-On-Behalf-Of-User-ID' && userRestricted.startsWith('required when'),
  );

const shape = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}');
const sorted = (values: readonly string[]): string[] => [...values].sort();

function rowOf(operation: Operation): Row {
  const row = interactions.find(
    ({ method, path }) => method === operation.method && shape(path) === shape(operation.path),
  );
  if (row === undefined) throw new Error(`no row for ${operation.method} ${operation.path}`);
  return row;
}

describe('every row of the specification is in the catalogue', () => {
  it('exactly once, and the catalogue has no other', () => {
    expect(CATALOGUE).toHaveLength(interactions.length);
    expect(new Set(CATALOGUE.map(rowOf)).size).toBe(interactions.length);
  });
  it.each(CATALOGUE)('$operationId: interaction, profile, access and parameters', (operation) => {
    const row = rowOf(operation);
    const access = row.applicationRestricted;
    expect({
      interaction: operation.interaction,
      fhirVersion: operation.fhirVersion,
      deprecated: operation.deprecated,
      readOnly: operation.readOnly,
      businessFunctions: sorted(operation.businessFunctions),
      capabilities: sorted(operation.applicationRestricted?.capabilities ?? []),
      writeException: operation.applicationRestricted?.writeException ?? false,
      ifMatch: operation.ifMatch,
      onBehalfOf: operation.onBehalfOf,
      query: Object.entries(operation.query)
        .map(([name, { required }]) => `${name} ${String(required)}`)
        .sort(),
    }).toEqual({
      interaction: row.id,
      fhirVersion: row.fhirVersion,
      deprecated: row.deprecated,
      readOnly: row.readOnly,
      businessFunctions: sorted(row.userRestricted.businessFunctions ?? []),
      capabilities: access.inOverviewTable ? sorted(access.capability ?? []) : [],
      writeException: access.inOverviewTable && access.needsApprovedUseCase === true,
      ifMatch: row.headers.some(({ name }) => name === 'If-Match'),
      onBehalfOf: takesOnBehalfOf(row),
      query: row.parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, requiredInSpec }) => `${name} ${String(requiredInSpec)}`)
        .sort(),
    });
  });
});
