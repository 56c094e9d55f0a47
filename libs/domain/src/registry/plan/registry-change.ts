/** What a registry plan changes, compared field by field. */
import type { FieldText } from '../records/field-kinds.js';
import { comparedFields, type RecordFields, type RecordOf } from '../records/record-fields.js';
import type { RecordKind } from '../records/registry-records.js';

export type ChangeAction = 'create' | 'update' | 'retire' | 'unchanged';

/** Null: the record has no value there. */
export type ChangeValue = FieldText | null;

/** One field as people may see it: API keys are masked, secrets hidden. */
export interface FieldChange {
  readonly name: string;
  readonly before: ChangeValue;
  readonly after: ChangeValue;
}

export interface RegistryChange {
  readonly action: ChangeAction;
  readonly kind: RecordKind;
  readonly key: string;
  readonly fields: readonly FieldChange[];
}

/** A change and the whole record to be written for it. Records may hold secrets; changes never do. */
export interface Planned<R> {
  readonly change: RegistryChange;
  readonly record: R;
}

/** Where a record belongs: its kind, how people name it, and the fields that are compared. */
export interface RecordPlace<F extends RecordFields> {
  readonly kind: RecordKind;
  readonly key: string;
  readonly fields: F;
}

/** Compares a record with the current one, field by field; `before` is null for a record that is new. */
export function planRecord<F extends RecordFields, R extends RecordOf<F>>(
  { kind, key, fields }: RecordPlace<F>,
  before: R | null,
  record: R,
): Planned<R> {
  const current = new Map(
    before === null ? [] : comparedFields(fields, before).map((field) => [field.name, field]),
  );
  const changed = comparedFields(fields, record).flatMap(({ name, compared, visible }): FieldChange[] => {
    const old = current.get(name);
    if (sameValue(old?.compared ?? null, compared)) return [];
    if (before === null && Array.isArray(compared) && compared.length === 0) return [];
    return [{ name, before: old?.visible ?? null, after: visible }];
  });
  return { change: { action: actionOf(before, record, changed), kind, key, fields: changed }, record };
}

function actionOf(before: object | null, record: object, changed: readonly FieldChange[]): ChangeAction {
  if (before === null) return 'create';
  if (changed.length === 0) return 'unchanged';
  return isRetired(record) && !isRetired(before) ? 'retire' : 'update';
}

function isRetired(record: object): boolean {
  return 'state' in record && record.state === 'retired';
}

function sameValue(one: ChangeValue, other: ChangeValue): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  const members = new Set<string>(one);
  return one.length === other.length && other.every((member: string) => members.has(member));
}
