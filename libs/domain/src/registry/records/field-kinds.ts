/**
 * What a field of a registry record can hold. A kind says how a value of the registry file becomes the record's, how
 * two values are compared, and how much of a value people may see.
 */
import { HIDDEN } from '../../input/masking.js';
import { describeSecret } from '../../input/spreadsheet-cell.js';

/** A text, or a list whose order does not matter. */
export type FieldText = string | readonly string[];

/** SHA-256 of a secret: tells whether a secret given again is the one that is sealed. */
export type DigestSecret = (secret: string) => string;

export interface FieldKind {
  /** Whether the file must say it. What a file may leave out stays as it is. */
  readonly required: boolean;
  /** What a new record holds when its file leaves the field out. */
  readonly initial: unknown;
  /** What the file writes. */
  readonly form: 'text' | 'list' | 'object';
  /** The closed set that a text is a word of. */
  readonly words?: readonly string[];
  /** A secret: a change shows the masked values. */
  readonly secret: boolean;
  /** Whether an export has it. `unless empty`: an empty list says nothing. */
  readonly exported: 'always' | 'unless empty' | 'never';
  /** The record's value, from the file's. `current` is what the record holds already. */
  read(written: unknown, current: unknown, digestSecret: DigestSecret): unknown;
  /** What two values are compared by. */
  compared(value: unknown): FieldText;
  /** The value as the admin API and an export show it: never a secret in clear. */
  shown(value: unknown): unknown;
  /** What the preview of a change says about a secret, so that an approver notices nonsense. */
  described?(value: unknown): string;
}

/** A record's value of this kind. */
export type ValueOf<K extends FieldKind> = ReturnType<K['read']> | Exclude<K['initial'], undefined>;
/** What the registry file writes for it. */
export type WrittenOf<K extends FieldKind> = Parameters<K['read']>[0];
/** What people are shown of it. */
export type ShownOf<K extends FieldKind> = ReturnType<K['shown']> | Extract<K['initial'], null>;

const plain = {
  required: true,
  initial: undefined,
  form: 'text',
  secret: false,
  exported: 'always',
} as const;

export const text = {
  ...plain,
  read: (written: string): string => written,
  compared: (value: string): string => value,
  shown: (value: string): string => value,
} satisfies FieldKind;

/** One word of a closed set. */
export function choice<T extends string>(words: readonly T[]) {
  return {
    ...plain,
    words,
    read: (written: T): T => written,
    compared: (value: T): string => value,
    shown: (value: T): T => value,
  } satisfies FieldKind;
}

/** The file gives the whole list. */
export const list = {
  ...plain,
  form: 'list',
  read: (written: readonly string[]): readonly string[] => written,
  compared: (value: readonly string[]): readonly string[] => value,
  shown: (value: readonly string[]): string[] => [...value],
} satisfies FieldKind;

/** @param asText must differ for any two values that are not the same */
export function object<T extends object>(asText: (value: T) => string) {
  return {
    ...plain,
    form: 'object',
    read: (written: T): T => written,
    compared: (value: T): string => asText(value),
    shown: (value: T): T => value,
  } satisfies FieldKind;
}

/** A secret that people see in part, enough to tell two of them apart. */
export function masked(mask: (secret: string) => string) {
  return {
    ...text,
    secret: true,
    shown: (value: string): string => mask(value),
    described: (value: string): string => `${mask(value)} (${describeSecret(value)})`,
  } satisfies FieldKind;
}

/** A secret that is kept sealed. The record holds its digest, never the sealed text. */
export interface Secret {
  readonly digest: string;
  /** In clear, only when the file gives another secret than the one that is sealed. */
  readonly toSeal: string | null;
}

export const secret = {
  ...plain,
  secret: true,
  exported: 'never',
  read: (written: string, current: Secret | null, digestSecret: DigestSecret): Secret => {
    const digest = digestSecret(written);
    return { digest, toSeal: digest === current?.digest ? null : written };
  },
  compared: (value: Secret): string => value.digest,
  shown: (_value: Secret): string => HIDDEN,
  described: ({ toSeal }: Secret): string =>
    toSeal === null ? HIDDEN : `${HIDDEN} (${describeSecret(toSeal)})`,
} satisfies FieldKind;

/** A kind that the file may leave out; a new record then holds `initial`. */
export type Optional<K extends FieldKind, I> = Omit<K, 'required' | 'initial'> & {
  readonly required: false;
  readonly initial: I;
};

/** The record may lack it. */
export function optional<K extends FieldKind>(kind: K): Optional<K, null> {
  return { ...kind, required: false, initial: null };
}

/** A new record starts with `initial`. */
export function initially<K extends FieldKind>(kind: K, initial: ValueOf<K>): Optional<K, ValueOf<K>> {
  return { ...kind, required: false, initial };
}

/** A list that may be empty, which an export then leaves out. */
export const optionalList = { ...initially(list, []), exported: 'unless empty' } satisfies FieldKind;
