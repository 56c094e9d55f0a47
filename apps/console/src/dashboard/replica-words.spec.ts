import { expect, it } from 'vitest';
import { replicasInShort } from './replica-words.js';

const replica = (state: 'well' | 'unwell' | 'silent', version = '0.2.0') => ({ version, state });

it.each([
  ['1 replica of Gatehouse 0.2.0 runs, and it is well.', [replica('well')]],
  [
    '2 replicas of Gatehouse 0.1.0 and 0.2.0 run, and all are well.',
    [replica('well'), replica('well', '0.1.0')],
  ],
  ['2 replicas of Gatehouse 0.2.0 run; 1 is unwell.', [replica('well'), replica('unwell')]],
  [
    '2 replicas of Gatehouse 0.2.0 run; 2 are unwell, 1 has stopped reporting.',
    [replica('unwell'), replica('unwell'), replica('silent', '0.1.0')],
  ],
  ['No replica reports itself: 1 replica did before.', [replica('silent')]],
])('%s', (words, replicas) => {
  expect(replicasInShort(replicas)).toBe(words);
});
