/**
 * What a newer e-RS OpenAPI file changes, as a patch of the sources: the rows of the catalogue, those of the table that its
 * test compares it with, and the stated limits. The file can't say everything that a row holds. What a person must
 * decide is written as UNDECIDED, which does not compile, so that no new operation is allowed by a patch alone.
 */
import { CATALOGUE, type Operation } from '@gatehouse/domain/ers/catalogue';
import { compareCatalogue, matchOperations, type Pair } from '@gatehouse/domain/ers/drift/compare-catalogue';
import type { Specification, SpecifiedOperation } from '@gatehouse/domain/ers/drift/specification';
import { STATED_LIMITS } from '@gatehouse/domain/ers/drift/stated-limits';
import { catalogueFields, newCatalogueRow } from './catalogue-row.js';
import { newTableRow, tableFields } from './interactions-row.js';
import { rowsOf, same, type SourceRow, type SourceRows, withFields } from './rows-of-source.js';
import { type Piece, unifiedDiff } from './unified-diff.js';

/** Paths from the root of a checkout. */
export const SOURCES = {
  catalogue: 'libs/domain/src/ers/catalogue.ts',
  table: 'docs/reference/interactions.json',
  limits: 'libs/domain/src/ers/drift/stated-limits.ts',
} as const;

export type SourceTexts = Readonly<Record<keyof typeof SOURCES, string>>;

/** @returns null if the sources are not those of this build */
export function cataloguePatch(specification: Specification, sources: SourceTexts): string | null {
  const catalogue = rowsOf(sources.catalogue, 'export const CATALOGUE', '  ');
  const table = rowsOf(sources.table, '  "interactions": [', '    ');
  if (catalogue?.rows.length !== CATALOGUE.length || table?.rows.length !== CATALOGUE.length) return null;
  const { pairs, added, removed } = matchOperations(specification.operations);
  const changed = new Set(compareCatalogue(specification).differences.map(({ operationId }) => operationId));
  const ofOperation = new Map(
    pairs
      .filter(({ builtIn }) => changed.has(builtIn.operationId))
      .map((pair) => [pair.builtIn.operationId, pair]),
  );
  const isRemoved = new Set(removed.map(({ operationId }) => operationId));
  const change = (
    { head, rows, tail }: SourceRows,
    indent: string,
    fields: (pair: Pair, row: SourceRow) => Readonly<Record<string, string>>,
    newRow: (operation: SpecifiedOperation) => string,
  ): Piece[] => [
    same(head),
    ...withAdded(rows, added, newRow, (row) => {
      const id = operationIdOf(row);
      if (isRemoved.has(id)) return [{ before: row.lines, after: [] }];
      const pair = ofOperation.get(id);
      return pair === undefined ? [same(row.lines)] : withFields(row, indent, fields(pair, row));
    }),
    same(tail),
  ];
  return [
    unifiedDiff(SOURCES.table, commas(change(table, '      ', tableFields, newTableRow))),
    unifiedDiff(SOURCES.catalogue, change(catalogue, '    ', catalogueFields, newCatalogueRow)),
    unifiedDiff(SOURCES.limits, limitPieces(sources.limits, [...ofOperation.values()], removed)),
  ].join('');
}

/** New rows stand in the order of the interactions. */
function withAdded(
  rows: readonly SourceRow[],
  added: readonly SpecifiedOperation[],
  newRow: (operation: SpecifiedOperation) => string,
  pieces: (row: SourceRow) => Piece[],
): Piece[] {
  const left = added.toSorted((one, other) => (one.interaction < other.interaction ? -1 : 1));
  const insert = (isBefore: (interaction: string) => boolean): Piece[] => {
    const now = left.filter(({ interaction }) => isBefore(interaction));
    left.splice(0, now.length);
    return now.map((operation) => ({ before: [], after: newRow(operation).split('\n') }));
  };
  const all = rows.flatMap((row) => {
    const here = CATALOGUE.find(({ operationId }) => operationId === operationIdOf(row))?.interaction ?? '';
    return [...insert((interaction) => interaction < here), ...pieces(row)];
  });
  return [...all, ...insert(() => true)];
}

function operationIdOf({ lines }: SourceRow): string {
  for (const line of lines) {
    const [, id] = /^ +"?operationId"?: ['"]([^'"]+)['"],$/.exec(line) ?? [];
    if (id !== undefined) return id;
  }
  return '';
}

/** JSON wants a comma after every row but the last. */
function commas(pieces: readonly Piece[]): Piece[] {
  const lastRow = pieces.findLastIndex(({ after }) => /^ {4}\},?$/.test(after.at(-1) ?? ''));
  return pieces.map(({ before, after }, at) => {
    const end = after.at(-1);
    if (end === undefined || !/^ {4}\},?$/.test(end)) return { before, after };
    return { before, after: [...after.slice(0, -1), at === lastRow ? '    }' : '    },'] };
  });
}

function limitPieces(text: string, pairs: readonly Pair[], removed: readonly Operation[]): Piece[] {
  const limits = new Map<string, readonly string[]>(Object.entries(STATED_LIMITS));
  for (const { interaction } of removed) limits.delete(interaction);
  for (const { builtIn, specified } of pairs) {
    if (specified.limits.length === 0) limits.delete(builtIn.interaction);
    else limits.set(builtIn.interaction, specified.limits);
  }
  const lines = text.replace(/\n$/, '').split('\n');
  const first = lines.findIndex((line) => line.startsWith('export const STATED_LIMITS')) + 1;
  const end = lines.indexOf('};', first);
  const after = [...limits]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([interaction, stated]) => `  ${interaction}: [${stated.map((limit) => `'${limit}'`).join(', ')}],`);
  return [same(lines.slice(0, first)), { before: lines.slice(first, end), after }, same(lines.slice(end))];
}
