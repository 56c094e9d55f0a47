/** The lines of an export (docs/audit.md, "The export"), read strictly: anything not exactly as described there is a fault. */
import type { ExportedSubject } from './canonical.js';

export interface ExportLine {
  readonly type: 'export';
  readonly format: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Of an archived month: the newest checkpoint when it was archived. */
  readonly checkpoint?: number;
}

export interface WriterLine {
  readonly type: 'writer';
  readonly writer: string;
  readonly state: string;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface RowLine {
  readonly type: 'row';
  readonly writer: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly subjects?: readonly ExportedSubject[];
}

/** A month that left the database. Its event is the only record of chain `removal`. */
export interface RemovalLine {
  readonly type: 'removal';
  readonly month: string;
  readonly removal: string;
  readonly manifestSha256: string;
  readonly rangesSha256: string;
}

/** Rows that left the database with a month: the chain goes on after them. */
export interface RemovedLine {
  readonly type: 'removed';
  readonly writer: string;
  readonly removal: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly prevHash: string;
  readonly hash: string;
}

export interface EndLine {
  readonly type: 'end';
  readonly writers: number;
  readonly rows: number;
}

export type Line = ExportLine | RemovalLine | WriterLine | RowLine | RemovedLine | EndLine;

export const FORMAT = 'gatehouse-audit/1';

export type Test = (value: unknown) => boolean;

export const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isCountOrNull: Test = (value) => value === null || isCount(value);
export const isText: Test = (value) => typeof value === 'string';
export const isHash: Test = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
export const isUuid: Test = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
const isObject: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const SUBJECT = { odsCode: isText, kind: isText, keyId: isUuid, hash: isHash, sealedSha256: isHash };
const HEAD = { seq: isCount, hash: isHash };

const SHAPES: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  export: { format: isText, fromMs: isCountOrNull, toMs: isCountOrNull },
  writer: {
    writer: isUuid,
    state: isText,
    head: (value) => hasShape(value, HEAD),
    fromSeq: isCount,
    toSeq: isCount,
  },
  row: { writer: isUuid, seq: isCount, prevHash: isHash, hash: isHash, record: isObject },
  removal: {
    month: (value) => typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value),
    removal: isUuid,
    manifestSha256: isHash,
    rangesSha256: isHash,
  },
  removed: {
    writer: isUuid,
    removal: isUuid,
    fromSeq: isCount,
    toSeq: isCount,
    prevHash: isHash,
    hash: isHash,
  },
  end: { writers: isCount, rows: isCount },
};

/** The line, or what is wrong with it. */
export function parseLine(text: string): Line | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  // Of a member that is given twice, two readers could see two values.
  if (JSON.stringify(value) !== text) return 'the line is not written as an export writes it';
  if (!isObject(value)) return 'the line is not an object';
  const { type, subjects, checkpoint, ...rest } = value as Record<string, unknown>;
  const shape = typeof type === 'string' && Object.hasOwn(SHAPES, type) ? SHAPES[type] : undefined;
  if (shape === undefined) return 'the type of the line is unknown';
  if (!hasShape(rest, shape))
    return `a member of this line of type "${String(type)}" is missing, malformed or unknown`;
  if (checkpoint !== undefined && (type !== 'export' || !isCount(checkpoint)))
    return 'the number of the checkpoint is malformed';
  if (subjects !== undefined && (type !== 'row' || !isSubjects(subjects)))
    return 'the subjects are malformed';
  return value as Line;
}

function isSubjects(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => hasShape(each, SUBJECT));
}

export function hasShape(value: unknown, shape: Readonly<Record<string, Test>>): boolean {
  if (!isObject(value)) return false;
  const fields = value as Record<string, unknown>;
  return (
    Object.keys(fields).length === Object.keys(shape).length &&
    Object.entries(shape).every(([key, test]) => Object.hasOwn(fields, key) && test(fields[key]))
  );
}
