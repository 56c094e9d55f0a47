import { expect, it } from 'vitest';
import { codeHits } from './code-hits.js';

it.each([
  ['GW_SRO', ['GW_SRO_LAPSED']],
  ['sro', ['GW_SRO_LAPSED']],
  ['gw_framing', ['GW_FRAMING']],
  ['EXAMPLE nhs', []],
  ['200000002454', []],
  ['zz', []],
])('%s finds the error codes %j', (text, codes) => {
  expect(codeHits(text).map(({ id }) => id)).toEqual(codes);
});

it('says what a code means, in the words of the table', () => {
  expect(codeHits('GW_FRAMING')[0]?.detail).toBe(
    'The HTTP message is not one complete, unambiguous HTTP/1.1 request.',
  );
});
