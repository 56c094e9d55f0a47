import { describe, expect, it } from 'vitest';
import { TOKEN_REFUSALS } from '../apim/token-refusal.js';
import { rotationFailure } from './rotation-failure.js';

const KEYS = [
  { kid: 'old', state: 'ACTIVE' },
  { kid: 'next', state: 'PUBLISHED' },
] as const;
const causeOf = ({ whatIsWrong, whatToDo }: { whatIsWrong: string; whatToDo: string }) =>
  `${whatIsWrong} ${whatToDo}`;

describe('a step of a rotation that failed', () => {
  it.each(Object.entries(TOKEN_REFUSALS))(
    'as a canary, %s, names who must act, and says that the old key goes on signing',
    (_, refusal) => {
      const { whoActs, meanwhile } = rotationFailure('prove', causeOf(refusal), KEYS);
      expect(whoActs).toBe(refusal.whoActs);
      expect(meanwhile).toContain('Key old goes on signing, and no call is refused.');
    },
  );

  it.each([
    ['KMS or the public URL is for the operator', 'confirm', 'fetch failed', KEYS, 'goes on signing'],
    ['without a key that signs, calls are refused', 'confirm', 'fetch failed', [], 'calls are refused'],
    ['a removed key has stopped signing anyway', 'disable', 'KMS is away', KEYS, 'no longer signs'],
    ['an answer that nobody foresaw is for the operator', 'prove', 'ECONNRESET', KEYS, 'goes on signing'],
  ] as const)('%s', (_, step, cause, keys, words) => {
    const { whoActs, meanwhile } = rotationFailure(step, cause, keys);
    expect([whoActs, meanwhile]).toEqual(['operator', expect.stringContaining(words)]);
  });
});
