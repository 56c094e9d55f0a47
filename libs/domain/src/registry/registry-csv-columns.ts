/** The columns of a spreadsheet of applications, which follow from the fields of an application. */
import type { CellKind } from '../input/spreadsheet-cell.js';
import { APPLICATION_FIELDS } from './records/application-fields.js';
import { type CsvPlace, namesOf, type RecordField } from './records/record-fields.js';

type Fields = typeof APPLICATION_FIELDS;
type FieldColumn = {
  [K in keyof Fields]: Fields[K] extends { readonly csv: { readonly column: infer C } } ? C : never;
}[keyof Fields];

/** `organisation_name` is the organisation's; every other column is a field of the application. */
export type CsvColumn = FieldColumn | 'organisation_name';

interface FieldOfColumn {
  readonly name: keyof Fields;
  readonly column: FieldColumn;
  readonly cell: CellKind;
  readonly needed: boolean;
  readonly isList: boolean;
}

/** The fields of an application that have a column, in the order of the columns. */
export const CSV_FIELDS = namesOf(APPLICATION_FIELDS).flatMap((name): FieldOfColumn[] => {
  const { csv, holds }: RecordField & { readonly csv?: CsvPlace<FieldColumn> } = APPLICATION_FIELDS[name];
  return csv === undefined ? [] : [{ name, ...csv, needed: holds.required, isList: holds.form === 'list' }];
});

export const CSV_COLUMNS: readonly CsvColumn[] = CSV_FIELDS.flatMap(({ column }) =>
  column === 'organisation_ods_code' ? ([column, 'organisation_name'] as const) : [column],
);

/** What a column holds, so that a cell a spreadsheet has spoiled is noticed whatever its column. */
export function cellKindOf(column: CsvColumn): CellKind {
  return CSV_FIELDS.find((field) => field.column === column)?.cell ?? 'name';
}
