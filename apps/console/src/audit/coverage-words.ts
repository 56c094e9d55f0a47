/** Which instants a list or a download of the audit trail covers: a day that a person chose is a day in London. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { moment } from '../parts/dates.js';

export type Covers = AnswerOf<'auditList'>['covers'];

/** “Covers 1 Mar 2026, 00:00:00 until just before 2 Mar 2026, 00:00:00, London time.” */
export function coverageText({ from, until }: Covers): string {
  if (from === null && until === null) return 'Covers the whole audit trail.';
  const end = until === null ? 'until now' : `until just before ${moment(until)}`;
  return `Covers ${from === null ? 'everything' : moment(from)} ${end}, London time.`;
}

/** The header `Gatehouse-Covers` of an answer in lines; null where there is none. */
export function coverageOfHeader(header: string | null): Covers | null {
  const [from, until] = header?.split('/') ?? [];
  const limit = (text: string): string | null => (text === '..' ? null : text);
  return from === undefined || until === undefined ? null : { from: limit(from), until: limit(until) };
}
