/** The newest records as a live view shows them: one line for each request, newest first. */
import { asked, type Filter } from './quick-filters.js';

export interface LiveLine extends Readonly<Record<string, unknown>> {
  /** Of the attempt or event. */
  readonly id: string;
}

/** So that a page that is left open stays small. */
const MOST_LINES = 200;

/** A later record of a request that is shown changes its line, in its place; what it doesn’t say stays. */
export function withRecord(lines: readonly LiveLine[], record: Filter): LiveLine[] {
  const id = String(record['attemptId']);
  const known = lines.find((line) => line.id === id);
  if (known === undefined) return [{ ...record, id }, ...lines].slice(0, MOST_LINES);
  const said = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
  const { kind } = known;
  return lines.map((line) => (line === known ? { ...line, ...said, kind, id } : line));
}

/** What the list filters by, but no time: a live view begins now. */
export function liveFilter(filter: Filter): Filter {
  const { last: _, from: __, until: ___, ...rest } = asked(filter);
  return rest;
}

/** How many lines came after those that are held. */
export const newerThan = (held: readonly LiveLine[], lines: readonly LiveLine[]): number =>
  lines.filter(({ id }) => !held.some((line) => line.id === id)).length;
