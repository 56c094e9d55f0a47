/**
 * What follows from the fields of a registry record: its type and that of its entry in a registry file, the comparison,
 * what people are shown, the export, the columns. CONTRIBUTING.md, "Add a field", says where a field is declared.
 */
import type { CellKind } from '../../input/spreadsheet-cell.js';
import type { DigestSecret, FieldKind, FieldText, ShownOf, ValueOf, WrittenOf } from './field-kinds.js';

/** A column of the spreadsheet of applications, and what its cells hold. */
export interface CsvPlace<C extends string> {
  readonly column: C;
  readonly cell: CellKind;
}

interface Field {
  readonly holds: FieldKind;
  readonly csv?: CsvPlace<string>;
  /** Unless it is one column with the field's name in snake case. None: the field is kept as rows of another table. */
  readonly columns?: readonly string[];
}

/** Part of what names the record: it never changes. */
export interface IdentityField extends Field {
  readonly identity: true;
}

/**
 * Whether a change of the field needs a second person where four eyes are asked for; governance/four-eyes.ts says of
 * which records. `own rule`: that file has a rule for this field alone.
 */
export type SecondPersonRule = 'needed' | 'own rule' | 'not needed';

export interface ChangingField extends Field {
  readonly secondPerson: SecondPersonRule;
}

export type RecordField = IdentityField | ChangingField;
export type RecordFields = Readonly<Record<string, RecordField>>;

/** The record as the registry holds it. */
export type RecordOf<F extends RecordFields> = { readonly [K in keyof F]: ValueOf<F[K]['holds']> };

type RequiredName<F extends RecordFields> = {
  [K in keyof F]: F[K]['holds']['required'] extends true ? K : never;
}[keyof F];

/** The record as a registry file writes it. What is left out stays as it is; null empties what may be empty. */
export type EntryOf<F extends RecordFields> = {
  readonly [K in RequiredName<F>]: WrittenOf<F[K]['holds']>;
} & {
  readonly [K in Exclude<keyof F, RequiredName<F>>]?:
    | WrittenOf<F[K]['holds']>
    | Extract<F[K]['holds']['initial'], null>
    | undefined;
};

/** The record as the admin API shows it. */
export type ShownRecord<F extends RecordFields> = { [K in keyof F]: ShownOf<F[K]['holds']> };

export function namesOf<F extends RecordFields>(fields: F): readonly (keyof F & string)[] {
  return Object.keys(fields);
}

/** `undefined` for a field that never changes. */
export function secondPersonOf(field: RecordField): SecondPersonRule | undefined {
  return 'secondPerson' in field ? field.secondPerson : undefined;
}

/** A field's name in snake case, as the database writes names. */
export function columnName(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** The columns of a field, as the database and registry_change name them. */
export function columnsOf(name: string, { columns }: RecordField): readonly string[] {
  return columns ?? [columnName(name)];
}

/** The record that an entry of a registry file stands for. */
export function recordFrom<F extends RecordFields>(
  fields: F,
  entry: EntryOf<F>,
  before: RecordOf<F> | null,
  digestSecret: DigestSecret,
): RecordOf<F> {
  const written: Readonly<Record<string, unknown>> = entry;
  const values = namesOf(fields).map((name) => {
    const { holds } = fields[name] as RecordField;
    const current = before === null ? holds.initial : before[name];
    const value = written[name];
    if (value === undefined) return [name, current];
    return [name, value === null ? holds.initial : holds.read(value, current ?? null, digestSecret)];
  });
  return Object.fromEntries(values) as RecordOf<F>;
}

/** A field of a record as a text or list to compare, and as people may see it. Null: the record has none. */
export interface ComparedField {
  readonly name: string;
  readonly compared: FieldText | null;
  readonly visible: FieldText | null;
}

/** Every field that can change. */
export function comparedFields<F extends RecordFields>(fields: F, record: RecordOf<F>): ComparedField[] {
  return namesOf(fields).flatMap((name): ComparedField[] => {
    const field = fields[name] as RecordField;
    if ('identity' in field) return [];
    const value: unknown = record[name];
    if (value === null) return [{ name, compared: null, visible: null }];
    const compared = field.holds.compared(value);
    return [{ name, compared, visible: field.holds.described?.(value) ?? compared }];
  });
}

/** As the admin API shows it: secrets masked or hidden. */
export function shownRecord<F extends RecordFields>(fields: F, record: RecordOf<F>): ShownRecord<F> {
  const values = namesOf(fields).map((name) => {
    const value: unknown = record[name];
    return [name, value === null ? null : (fields[name] as RecordField).holds.shown(value)];
  });
  return Object.fromEntries(values) as ShownRecord<F>;
}

/** As an export writes it: secrets masked or left out, and nothing that says nothing. */
export function exportedRecord<F extends RecordFields>(
  fields: F,
  record: RecordOf<F>,
): Partial<ShownRecord<F>> {
  const members = Object.entries(shownRecord(fields, record)).filter(([name, value]) => {
    const { exported } = (fields[name] as RecordField).holds;
    const empty = Array.isArray(value) && value.length === 0;
    return exported !== 'never' && !(exported === 'unless empty' && empty);
  });
  return withoutNulls(Object.fromEntries(members)) as Partial<ShownRecord<F>>;
}

/** A registry file has no null: what a record lacks is left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member)]));
}
