/** The fields of a form: what each is called, and how its text becomes a value of the body. */
import type { Suggested } from './suggest/offered.js';

export interface Field {
  /** Its place in the body: `authority.date`. */
  readonly name: string;
  readonly label: string;
  /**
   * A moment is a date and a time in London, sent as an instant; a pasted text has several lines; of a document, only
   * its SHA-256 is sent.
   */
  readonly kind?: 'text' | 'pasted' | 'date' | 'moment' | 'number' | 'list' | 'secret' | 'document';
  readonly choices?: readonly string[];
  /** What the registry holds is offered as somebody types. */
  readonly suggests?: Suggested;
  readonly required?: boolean;
  readonly help?: string;
  readonly initial?: string;
  /** The text that the page keeps, so that it can fill the field in; undefined: the field keeps its own. */
  readonly kept?: { readonly text: string; readonly set: (text: string) => void };
  /** An edit removes the value when the field is emptied. */
  readonly clearable?: boolean;
}

export interface FieldInputProps {
  readonly field: Field;
  readonly fault: string | undefined;
  /** Whether the label of a field that may stay empty says so. */
  readonly marksOptional?: boolean;
}

const REASON: Field = { name: 'reason', label: 'Reason', help: 'Kept in the history' };
export const REASON_REQUIRED: Field = { ...REASON, required: true };
export const REASON_OPTIONAL: Field = REASON;
export const REASON_IN_TRAIL: Field = {
  ...REASON_REQUIRED,
  help: 'Kept in the audit trail with your name',
};

export type Texts = Readonly<Record<string, string>>;
type Body = Readonly<Record<string, unknown>>;

export function textsOf(fields: readonly Field[], form: FormData): Texts {
  return Object.fromEntries(
    fields.map(({ name }) => {
      const text = form.get(name);
      return [name, typeof text === 'string' ? text.trim() : ''];
    }),
  );
}

/** The body of a new record: empty fields are left out. */
export function bodyOfNew(fields: readonly Field[], texts: Texts): Body {
  return bodyOf(
    fields.filter(({ name }) => texts[name] !== ''),
    texts,
  );
}

/** The body of an edit: only fields that differ from their initial text. */
export function bodyOfEdit(fields: readonly Field[], texts: Texts): Body {
  return bodyOf(
    fields.filter((field) => {
      const text = texts[field.name] ?? '';
      const isLeftAlone = sameValue(field, text, field.initial ?? '');
      const staysAsItIs = text === '' && field.clearable !== true && field.kind !== 'list';
      return !isLeftAlone && !staysAsItIs;
    }),
    texts,
  );
}

/** Whether a form holds what it did not hold at first. */
export const isChanged = (fields: readonly Field[], form: FormData): boolean =>
  Object.keys(bodyOfEdit(fields, textsOf(fields, form))).length > 0;

const MINUTE = new Intl.DateTimeFormat('sv-SE', {
  dateStyle: 'short',
  timeStyle: 'short',
  timeZone: 'Europe/London',
});
/** What a field for a date and time holds, such as `2026-03-02T09:00`. */
const FIELD_TEXT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/**
 * An instant as the text that a field for a date and time in London holds; empty if it can't be read. React-admin formats
 * a text of the field once more, so that stays as it is.
 */
export function momentText(value: string | null | undefined): string {
  const text = value ?? '';
  if (FIELD_TEXT.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? '' : MINUTE.format(ms).replace(' ', 'T');
}

/**
 * The instant of a date and time in London, as a field holds it; the first of the two in the hour that comes twice. What
 * can't be read stays, for the contract to reject.
 */
export function instantOf(text: string): string {
  const winterMs = Date.parse(`${text}Z`);
  if (Number.isNaN(winterMs)) return text;
  const summer = new Date(winterMs - 3_600_000).toISOString();
  return momentText(summer) === text.slice(0, 16) ? summer : new Date(winterMs).toISOString();
}

/** What is typed freely is separated by spaces or commas; words of a closed list may have spaces in them. */
export function listOf(text: string, choices?: readonly string[]): string[] {
  return text.split(choices === undefined ? /[\s,]+/ : ',').filter((item) => item !== '');
}

function bodyOf(fields: readonly Field[], texts: Texts): Body {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, texts[field.name] ?? '');
    const [outer = '', inner] = field.name.split('.');
    body[outer] = inner === undefined ? value : { ...(body[outer] as Body | undefined), [inner]: value };
  }
  return body;
}

function valueOf({ kind, choices, clearable }: Field, text: string): unknown {
  if (kind === 'list') return listOf(text, choices);
  if (text === '' && clearable === true) return null;
  if (kind === 'number') return Number(text);
  return kind === 'moment' ? instantOf(text) : text;
}

/** The order of a list means nothing. */
function sameValue(field: Field, one: string, other: string): boolean {
  const comparable = (text: string): string => {
    const value = valueOf(field, text);
    return JSON.stringify(Array.isArray(value) ? [...new Set(value)].sort() : value);
  };
  return comparable(one) === comparable(other);
}
