import { describe, expect, it } from 'vitest';
import { decodeTextFile } from './text-file.js';

const utf16 = (text: string, bigEndian = false): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};
const TEXT = 'organisation,name\r\nR69,Ysbyty Gŵynedd’s\r\n';

describe('a file that can be decoded', () => {
  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte-order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16, little-endian', utf16(TEXT)],
    ['UTF-16, big-endian', utf16(TEXT, true)],
  ])('%s', (_name, bytes) => {
    expect(decodeTextFile(bytes)).toEqual({ text: TEXT });
  });

  it('an empty one', () => {
    expect(decodeTextFile(new Uint8Array())).toEqual({ text: '' });
    expect(decodeTextFile(Buffer.from('\ufeff'))).toEqual({ text: '' });
  });
});

describe('a file that can’t be decoded is refused at its first fault', () => {
  const latin1 = Buffer.from('a,b\nR69,Caf\u00e9 Trust\n', 'latin1');
  it.each<[string, Uint8Array, number, number, RegExp]>([
    ['Latin-1', latin1, 2, 12, /not UTF-8.*CSV UTF-8/],
    [
      'Windows-1252 after a mark',
      Buffer.concat([Buffer.from('\ufeffa\n'), Buffer.from([0x92])]),
      2,
      6,
      /not UTF-8/,
    ],
    ['a character cut off at the end', Buffer.from('a\nŵ').subarray(0, 3), 2, 3, /not UTF-8/],
    ['a character cut off at the end of a line', Buffer.from([0x61, 0xc5, 0x0a, 0x62]), 1, 2, /not UTF-8/],
    ['an overlong form', Buffer.from([0x61, 0xc0, 0xaf]), 1, 2, /not UTF-8/],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80]), 1, 1, /not UTF-8/],
    ['UTF-16 without a mark', Buffer.from('a,b', 'utf16le'), 1, 2, /UTF-16 without a byte-order mark/],
    ['a NUL', Buffer.from('a\nb\0'), 2, 4, /NUL/],
    ['a NUL in UTF-16', utf16('a\nb\0'), 2, 9, /NUL/],
    ['UTF-16 that is cut off', utf16('ab').subarray(0, 5), 1, 1, /damaged/],
    ['an unpaired surrogate in UTF-16', utf16('a\ud800'), 1, 1, /damaged/],
  ])('%s', (_name, bytes, line, byte, detail) => {
    expect(decodeTextFile(bytes).fault).toEqual({
      line,
      byte,
      detail: expect.stringMatching(detail) as string,
    });
  });

  it('that is too large says how to split it', () => {
    const largest = Buffer.alloc(16 * 1_048_576, 'a\n');
    expect(decodeTextFile(largest).fault).toBeUndefined();
    expect(decodeTextFile(Buffer.concat([largest, Buffer.from('b')])).fault).toEqual({
      line: 8_388_609,
      byte: 16_777_217,
      detail:
        'the file is larger than 16 MiB: split it, for example by organisation, and apply the parts one after another',
    });
  });

  it('however long its first line is', () => {
    const bytes = Buffer.alloc(2_000_000, 'a');
    bytes[1_999_998] = 0xff;
    expect(decodeTextFile(bytes).fault).toMatchObject({ line: 1, byte: 1_999_999 });
  });
});
