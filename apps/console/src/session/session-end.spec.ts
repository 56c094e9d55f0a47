import { describe, expect, it } from 'vitest';
import { nextLookMs } from './session-end.js';

const signedOut = new Error('401');
const cases: [what: string, endsInS: number | undefined, error: unknown, ms: number | false][] = [
  ['a new session is looked at two minutes before its end', 900, null, 780_000],
  ['a second too early', 121, null, 1_000],
  ['every ten seconds while the warning is shown', 120, null, 10_000],
  ['every ten seconds until the gateway says that it has ended', 0, null, 10_000],
  ['not before it is known', undefined, null, false],
  ['in a minute after a failure', 900, new Error('no answer'), 60_000],
  ['no more once it has ended', 60, signedOut, false],
];

describe('when the end of the session is looked at again', () => {
  it.each(cases)('%s', (_what, endsInS, error, ms) => {
    expect(nextLookMs(endsInS, error, (each) => each === signedOut)).toBe(ms);
  });
});
