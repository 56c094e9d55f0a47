import { expect, it } from 'vitest';
import { endsAtMs, LONGEST_SESSION, sessionEnd, type SessionTimes, writesActivity } from './session-life.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const session = (more: Partial<SessionTimes> = {}): SessionTimes => ({
  authenticatedAtMs: 0,
  lastActiveAtMs: 0,
  endedAtMs: null,
  ...more,
});

it.each([
  ['just opened', session(), 0, null],
  ['idle for 15 minutes, of which one may not be written', session(), 16 * MINUTE - 1, null],
  ['idle for longer', session(), 16 * MINUTE, 'idle'],
  ['in use for 12 hours', session({ lastActiveAtMs: 12 * HOUR - 1 }), 12 * HOUR, 'expired'],
  ['in use until then', session({ lastActiveAtMs: 12 * HOUR - 2 }), 12 * HOUR - 1, null],
  ['ended, however recent', session({ endedAtMs: 1 }), 2, 'ended'],
])('a session %s', (_, times, nowMs, end) => {
  expect(sessionEnd(times, LONGEST_SESSION, nowMs)).toBe(end);
});

it.each([
  ['a person’s request after a minute', false, MINUTE, true],
  ['a person’s request within a minute', false, MINUTE - 1, false],
  ['a poll that nobody waits for', true, HOUR, false],
])('activity of %s', (_, isBackground, nowMs, isWritten) => {
  expect(writesActivity(session(), isBackground, nowMs)).toBe(isWritten);
});

it('says when it ends if nothing more happens', () => {
  expect(endsAtMs(session({ lastActiveAtMs: MINUTE }), LONGEST_SESSION)).toBe(16 * MINUTE);
  expect(endsAtMs(session({ lastActiveAtMs: 12 * HOUR - 1 }), LONGEST_SESSION)).toBe(12 * HOUR);
});
