/**
 * The canonical form of audit records (docs/audit.md): RFC 8785 narrowed to what every JSON library reads and writes in
 * the same way. Members are sorted by UTF-16 code unit; there is no whitespace, no number but safe integers, no NUL and
 * no lone surrogate (PostgreSQL's jsonb takes neither). Members that are undefined are left out.
 */
import { containsNhsNumber, withoutNhsNumbers } from '../input/nhs-number.js';
import type { AuditValue } from './audit.js';

export interface Members {
  readonly [name: string]: AuditValue | undefined;
}

/** @throws TypeError for anything else, since a record that can't be hashed is not written */
export function canonicalJson(value: AuditValue | undefined): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('audit records contain only safe integers');
    return String(value === 0 ? 0 : value);
  }
  if (typeof value !== 'object') throw new TypeError(`audit records cannot contain a ${typeof value}`);
  return Object.isFrozen(value) ? textOfFrozen(value) : textOf(value);
}

/** The members of an object as `"name":value`, sorted and separated by commas, in two parts around a name. */
export function canonicalMembers(fields: Members, around: string): { before: string; after: string } {
  let before = '';
  let after = '';
  for (const { name, label } of layoutOf(fields)) {
    const value = fields[name];
    if (value === undefined) continue;
    const member = label + canonicalJson(value);
    if (name < around) before += before === '' ? member : `,${member}`;
    else if (name > around) after += after === '' ? member : `,${member}`;
  }
  return { before, after };
}

/**
 * The canonical form of a record that is stored, as it is: nothing is hidden, so that a text which was put in later
 * does not read as the one that was written.
 * @throws TypeError for what has no canonical form
 */
export function canonicalOfStored(value: AuditValue | undefined): string {
  if (typeof value === 'string') return storedString(value);
  if (typeof value !== 'object' || value === null) return canonicalJson(value);
  if (isList(value)) return `[${value.map(canonicalOfStored).join(',')}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => byCodeUnit(a, b));
  return `{${members.map(([name, member]) => `${storedString(name)}:${canonicalOfStored(member)}`).join(',')}}`;
}

function storedString(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (value.includes('\0') || !value.isWellFormed())
    throw new TypeError('audit records contain only well-formed text without NUL');
  return JSON.stringify(value);
}

type Composite = readonly AuditValue[] | Members;

function textOf(value: Composite): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let members = '';
  for (const { name, label } of layoutOf(value)) {
    const member = value[name];
    if (member !== undefined) members += (members === '' ? '' : ',') + label + canonicalJson(member);
  }
  return `{${members}}`;
}

/** Texts of what can't change any more, such as the steps of a decision that many requests share. */
const textsOfFrozen = new WeakMap<Composite, string>();

function textOfFrozen(value: Composite): string {
  const known = textsOfFrozen.get(value);
  if (known !== undefined) return known;
  const text = textOf(value);
  if (isDeeplyFrozen(value)) textsOfFrozen.set(value, text);
  return text;
}

function isDeeplyFrozen(value: AuditValue | Members | undefined): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

/** Printable ASCII that JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

// Every text of every record passes the search for NHS numbers, whatever its source.
function canonicalString(value: string): string {
  if (PLAIN.test(value))
    return mayHoldNumber(value) ? JSON.stringify(withoutNhsNumbers(value)) : `"${value}"`;
  if (value.includes('\0') || !value.isWellFormed())
    throw new TypeError('audit records contain only well-formed text without NUL');
  return JSON.stringify(withoutNhsNumbers(value));
}

function mayHoldNumber(value: string): boolean {
  return !UUID.test(value) && containsNhsNumber(value);
}

/** A name of an object's members, and how it is written. */
interface Name {
  readonly name: string;
  readonly label: string;
}

interface Layout {
  /** In the order in which the object has them. */
  readonly names: readonly string[];
  readonly sorted: readonly Name[];
}

/** Nearly all records have the names of one before, so that these need no sorting. By the number of names. */
const layouts = new Map<number, Layout[]>();
const LAYOUTS_OF_A_SIZE = 8;
const MOST_NAMES = 64;

function layoutOf(value: Members): readonly Name[] {
  const names = Object.keys(value);
  const known = layouts.get(names.length);
  for (const layout of known ?? []) if (isSame(layout.names, names)) return layout.sorted;
  const sorted = names.toSorted(byCodeUnit).map((name) => ({ name, label: `${canonicalString(name)}:` }));
  if (names.length <= MOST_NAMES)
    layouts.set(names.length, [{ names, sorted }, ...(known ?? [])].slice(0, LAYOUTS_OF_A_SIZE));
  return sorted;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: Composite): value is readonly AuditValue[] {
  return Array.isArray(value);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
