/** The parts of a registry plan: what changes, compared field by field, and what is wrong, with its place. */
export type ChangeAction = 'create' | 'update' | 'retire' | 'unchanged';
export type ChangeKind = 'organisation' | 'product' | 'messageSet' | 'application' | 'client';
export type ChangeValue = string | null | readonly string[];

/** One field as people may see it: API keys are masked, secrets hidden. */
export interface FieldChange {
  readonly name: string;
  readonly before: ChangeValue;
  readonly after: ChangeValue;
}

export interface RegistryChange {
  readonly action: ChangeAction;
  readonly kind: ChangeKind;
  readonly key: string;
  readonly fields: readonly FieldChange[];
}

export interface RegistryFault {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string;
  readonly detail: string;
  /** The organisations of another application that `detail` names: not everybody may know of it. */
  readonly names?: readonly string[];
}

/** A change and the whole record to be written for it. Records may hold secrets; changes never do. */
export interface Planned<R> {
  readonly change: RegistryChange;
  readonly record: R;
}

export interface PlannedField<R> {
  readonly name: string;
  /** What is compared; and shown, unless `show` says otherwise. */
  readonly value: (record: R) => ChangeValue;
  readonly show?: (value: ChangeValue) => ChangeValue;
}

export function field<K extends string>(
  name: string,
  of: K,
): PlannedField<{ readonly [key in K]: ChangeValue }> {
  return { name, value: (record) => record[of] };
}

/** Compares a record with what is there. Two lists with the same members in any order are the same. */
export function plan<R extends object>(
  kind: ChangeKind,
  key: string,
  before: R | null,
  record: R,
  fields: readonly PlannedField<R>[],
): Planned<R> {
  const changed = fields.flatMap(({ name, value, show = (shown) => shown }): FieldChange[] => {
    const old = before === null ? null : value(before);
    const next = value(record);
    if (sameValue(old, next) || (before === null && Array.isArray(next) && next.length === 0)) return [];
    return [{ name, before: old === null ? null : show(old), after: next === null ? null : show(next) }];
  });
  const action =
    before === null
      ? 'create'
      : changed.length === 0
        ? 'unchanged'
        : isRetired(record) && !isRetired(before)
          ? 'retire'
          : 'update';
  return { change: { action, kind, key, fields: changed }, record };
}

/** Faults the second and later of entries with the same key, pointing back at the first. */
export function faultRepeats<E>(
  faults: RegistryFault[],
  list: string,
  entries: readonly E[],
  keyOf: (entry: E) => string | null,
  at: string,
  what: (first: number) => string = (first) => `this is already at ${list}/${first}`,
): void {
  const firsts = new Map<string, number>();
  entries.forEach((entry, index) => {
    const key = keyOf(entry);
    if (key === null) return;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, index);
    else faults.push({ pointer: `${list}/${index}${at === '' ? '' : `/${at}`}`, detail: what(first) });
  });
}

/** Faults each name of a list that is unknown, or that stands there twice. */
export function faultUnknown(
  faults: RegistryFault[],
  pointer: string,
  names: readonly string[],
  known: { has(name: string): boolean },
  what: string,
): void {
  names.forEach((name, index) => {
    if (!known.has(name))
      faults.push({ pointer: `${pointer}/${index}`, detail: `there is no ${what} ${name}` });
    else if (names.indexOf(name) !== index) {
      faults.push({ pointer: `${pointer}/${index}`, detail: `${name} is in this list twice` });
    }
  });
}

function isRetired(record: object): boolean {
  return 'state' in record && record.state === 'retired';
}

function sameValue(one: ChangeValue, other: ChangeValue): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  const members = new Set<string>(one);
  return one.length === other.length && other.every((member: string) => members.has(member));
}
