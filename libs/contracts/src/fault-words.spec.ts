import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { checkShape, VAGUE_FAULT } from './fault-words.js';
import { type RouteContract, routes } from './routes.js';
import { registryFile } from './registry/registry-file.js';

/** One of each kind of value, and of each kind of wrong text. */
const PROBES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e12,
  '',
  ' ',
  'word',
  '#N/A',
  '27/11/2026',
  'a\u200bb',
  '9434765919',
  '\ud800',
  'x'.repeat(20_001),
  [],
  [null],
  ['word'],
  {},
  { 'no name': 'word' },
];

const LONG_LIST = Array.from({ length: 20_001 }, () => 'word');

interface Part {
  readonly path: string;
  readonly schema: z.ZodType;
}

/** A schema and everything in it. */
function partsOf({ path, schema }: Part): Part[] {
  const def = schema.def as unknown as Readonly<Record<string, unknown>>;
  const inner = Object.entries(def).flatMap(([name, value]): Part[] => {
    // What stands in for keys that are not known, and what gets only values that its schema has accepted.
    if (name === 'catchall' || name === 'checks') return [];
    if (name === 'shape')
      return Object.entries(value as Readonly<Record<string, z.ZodType>>).map(([key, field]) => ({
        path: `${path}.${key}`,
        schema: field,
      }));
    return [value]
      .flat()
      .filter(isSchema)
      .map((part) => ({ path, schema: part }));
  });
  return [{ path, schema }, ...inner.flatMap(partsOf)];
}

const isSchema = (value: unknown): value is z.ZodType =>
  typeof value === 'object' && value !== null && 'safeParse' in value && !isTransform(value as z.ZodType);
/** It gets what its schema has accepted. */
const isTransform = ({ def }: z.ZodType): boolean => (def as { readonly type: string }).type === 'transform';

const CONTRACTS: readonly Part[] = [
  { path: 'the registry file', schema: registryFile },
  ...Object.entries(routes).flatMap(([name, route]: [string, RouteContract]) =>
    (['params', 'query', 'body'] as const).flatMap((part) => {
      const schema = route[part];
      return schema === undefined ? [] : [{ path: `${name} ${part}`, schema }];
    }),
  ),
];

describe('every fault of every contract says what to write', () => {
  it.each(CONTRACTS)('$path', (contract) => {
    const parts = partsOf(contract);
    expect(parts.length).toBeGreaterThan(1);
    for (const { path, schema } of parts) {
      const isList = (schema.def as { readonly type: string }).type === 'array';
      for (const probe of isList ? [...PROBES, LONG_LIST] : PROBES) {
        const { error } = checkShape(schema, probe);
        const given = String(JSON.stringify(probe)).slice(0, 40);
        for (const message of new Set(error?.issues.map((issue) => issue.message))) {
          const place = `${path}, given ${given}: ${message}`;
          expect(message, place).not.toMatch(/^(?:Invalid|Too (?:small|big)|Unrecognized|Required)|expected/);
          expect(message, place).not.toBe(VAGUE_FAULT);
        }
      }
    }
  });
});
