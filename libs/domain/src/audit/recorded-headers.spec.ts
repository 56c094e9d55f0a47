import { expect, it } from 'vitest';
import { recordedHeaders } from './recorded-headers.js';

it.each([
  [
    'the credential by its presence',
    [['authorization', 'Bearer secret']],
    { authorization: 'Bearer [redacted]' },
  ],
  [
    'what is listed',
    [['content-type', 'application/fhir+json']],
    { 'content-type': 'application/fhir+json' },
  ],
  [
    'nothing else',
    [
      ['location', 'https://x/Binary/1'],
      ['set-cookie', 'a=b'],
      ['x-other', '1'],
    ],
    {},
  ],
  ['no name of a file', [['content-disposition', 'attachment; filename="Ann.pdf"']], {}],
  ['no NHS number', [['accept', 'text/plain; of=9434765919']], { accept: '[redacted]' }],
  ['no token of ours', [['etag', '"our-token"']], { etag: '[redacted]' }],
  [
    'a repeated one once',
    [
      ['allow', 'GET'],
      ['allow', 'HEAD'],
    ],
    { allow: 'GET, HEAD' },
  ],
  ['a long one shortened', [['etag', 'x'.repeat(300)]], { etag: 'x'.repeat(200) }],
] as const)('keeps %s', (_, pairs, kept) => {
  expect(recordedHeaders(pairs, 'our-token')).toEqual(kept);
});
