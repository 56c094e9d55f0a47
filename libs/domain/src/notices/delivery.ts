/** When a delivery is tried again, and what an email says. */
import { NOTICE_KINDS, type NoticeKindName } from './notice-kinds.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Before the second attempt, the third and so on: about fourteen hours in all, so that a night is bridged. */
const PAUSES_MS = [
  ...[10 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS],
  ...[HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS, 6 * HOUR_MS],
];

/** @returns ms until the next attempt, or null if there is none: the delivery has failed */
export function pauseAfter(attempts: number): number | null {
  return PAUSES_MS[attempts - 1] ?? null;
}

export interface WrittenNotice {
  readonly kind: NoticeKindName;
  readonly title: string;
  readonly body: string;
  readonly whatToDo: string;
  /** Of the console's page. */
  readonly path: string;
}

/** @param consoleOrigin scheme, host and port of the console */
export function emailText(notice: WrittenNotice, consoleOrigin: string): string {
  const { kind, title, body, whatToDo, path } = notice;
  return [
    title,
    ...(body === '' ? [] : [body]),
    `What to do: ${whatToDo}`,
    `Open it in Gatehouse: ${consoleOrigin}${path}`,
    `You receive this because your role covers it (${NOTICE_KINDS[kind].label}).`,
  ].join('\n\n');
}
