/** The daily digest: when it is sent, and what it says. */
import { addDays, endOfLondonDayMs, londonDay } from '../governance/london-day.js';
import type { WrittenNotice } from './delivery.js';

/** From 8 in the morning to midnight in London: the clocks there change before that. */
const BEFORE_MIDNIGHT_MS = 16 * 3_600_000;

const digestOfDayMs = (day: string): number => endOfLondonDayMs(day) - BEFORE_MIDNIGHT_MS;

/** When what happens now is sent to those who want it once a day: at the next 8 in the morning in London. */
export function nextDigestMs(nowMs: number): number {
  const today = londonDay(nowMs);
  const todayMs = digestOfDayMs(today);
  return todayMs > nowMs ? todayMs : digestOfDayMs(addDays(today, 1));
}

/** @param notices at least one, the oldest first */
export function digestEmail(
  notices: readonly WrittenNotice[],
  consoleOrigin: string,
): { readonly subject: string; readonly text: string } {
  const count = notices.length === 1 ? '1 notice' : `${String(notices.length)} notices`;
  const parts = notices.map(({ title, body, whatToDo, path }) =>
    [title, ...(body === '' ? [] : [body]), `What to do: ${whatToDo}`, `${consoleOrigin}${path}`].join('\n'),
  );
  const why = 'You receive these once a day, because you chose so and your role covers them.';
  return { subject: `Gatehouse: ${count}`, text: [...parts, why].join('\n\n') };
}
