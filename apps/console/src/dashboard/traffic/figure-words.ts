/** Figures of the traffic in words, and how they compare with the same hours last week. */
import { duration } from '../../parts/dates.js';

const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const SAME = 'the same as last week';

/** A part, 0 to 1, as “1.2%”. */
export const shareWords = (part: number): string => `${NUMBER.format(part * 100)}%`;

/** “51 an hour”, and of many “20.5 a second”. */
export function rateWords(perHour: number): string {
  if (perHour >= 36_000) return `${NUMBER.format(perHour / 3_600)} a second`;
  return `${(perHour >= 10 ? WHOLE : NUMBER).format(perHour)} an hour`;
}

/** “3 ms more than last week”; nothing where there is no last week. */
export const comparedTimes = (ms: number, before: number | undefined): string =>
  before === undefined ? '' : compared(ms - before, duration(Math.abs(ms - before)));

/** “0.4 percentage points less than last week” */
export function comparedShares(part: number, before: number | null | undefined): string {
  if (before === null || before === undefined) return '';
  const points = NUMBER.format(Math.abs(part - before) * 100);
  if (points === '0') return SAME;
  return compared(part - before, `${points} percentage ${points === '1' ? 'point' : 'points'}`);
}

/** “3 an hour more than last week” */
export function comparedRates(perHour: number, before: number | undefined): string {
  if (before === undefined) return '';
  const difference = rateWords(Math.abs(perHour - before));
  return difference.startsWith('0 ') ? SAME : compared(perHour - before, difference);
}

const compared = (difference: number, words: string): string =>
  difference === 0 ? SAME : `${words} ${difference > 0 ? 'more' : 'less'} than last week`;

/** What a range of so many hours is called: “24 hours”, “7 days”. */
export const spanWords = (hours: number): string =>
  hours <= 24 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
