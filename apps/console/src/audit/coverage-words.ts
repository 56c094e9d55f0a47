/** Which instants a list or a download of the audit trail covers: a day that a person chose is a day in London. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { day, moment, monthName, secondOf } from '../parts/dates.js';
import { listed } from '../parts/words.js';

export type Covers = AnswerOf<'auditList'>['covers'];

/** “Covers 1 March 2026, 00:00 until just before 2 March 2026, 00:00, London time.” */
export function coverageText({ from, until, removed }: Covers): string {
  const gone = removed.length === 0 ? '' : ` ${removedText(removed)}`;
  if (from === null && until === null) return `Covers the whole audit trail.${gone}`;
  const end = until === null ? 'until now' : `until just before ${limitText(until)}`;
  return `Covers ${from === null ? 'everything' : limitText(from)} ${end}, London time.${gone}`;
}

/** With seconds, unless it is a whole minute: the minute alone would claim more than was read. */
const limitText = (instant: string): string =>
  instant.endsWith(':00.000Z') ? moment(instant) : `${day(instant)}, ${secondOf(instant)}`;

function removedText(removed: readonly string[]): string {
  const [one = ''] = removed;
  return `The records of ${listed(removed.map(monthName))} have left the database: an operator brings them back from the archive with “gatehouse audit fetch ${one}”.`;
}

/** Null: the patients of every organisation can be found. */
export function keysDestroyedText(organisations: readonly string[]): string | null {
  if (organisations.length === 0) return null;
  return `The data key of ${listed(organisations)} was destroyed, so patients there can no longer be found.`;
}

/** The headers `Gatehouse-Covers` and `Gatehouse-Removed-Months` of an answer in lines; null where there is none. */
export function coverageOfHeaders(headers: Headers): Covers | null {
  const [from, until] = headers.get('gatehouse-covers')?.split('/') ?? [];
  if (from === undefined || until === undefined) return null;
  const limit = (text: string): string | null => (text === '..' ? null : text);
  const removed = headers.get('gatehouse-removed-months')?.split(', ') ?? [];
  return { from: limit(from), until: limit(until), removed };
}
