import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { filesInZip } from './pack-zip.js';

const FILES = { 'evidence.json': strToU8('{}'), 'manifest.json': strToU8('[]') };

describe('a ZIP', () => {
  it('is unpacked by name', () => {
    const files = filesInZip(zipSync(FILES));
    expect(files).toEqual(
      new Map([
        ['evidence.json', Buffer.from('{}')],
        ['manifest.json', Buffer.from('[]')],
      ]),
    );
  });

  /** The names have one length, so that all else stays as it was. */
  const twice = () => {
    const zip = Buffer.from(zipSync({ 'evidence.json': strToU8('one'), 'evidence.jsom': strToU8('two') }));
    for (let at = zip.indexOf('jsom'); at !== -1; at = zip.indexOf('jsom')) zip.write('json', at);
    return zip;
  };
  /** Says of a short file that it is long. */
  const boasting = () => {
    const zip = Buffer.from(zipSync({ 'evidence.json': strToU8('one') }));
    zip.writeUInt32LE(0x7fffffff, zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')) + 24);
    return zip;
  };

  /** The name has nine letters, as has the one that it is given. */
  const unseen = () => {
    const zip = Buffer.from(zipSync({ xxproto12: strToU8('x') }));
    for (let at = zip.indexOf('xxproto12'); at !== -1; at = zip.indexOf('xxproto12'))
      zip.write('__proto__', at);
    return zip;
  };

  it.each([
    ['a file twice', twice(), 'evidence.json is in it twice'],
    ['more than a pack can have', boasting(), 'it is too large to be an evidence pack'],
    [
      'more files than a pack can have',
      zipSync(Object.fromEntries(Array.from({ length: 101 }, (_each, at) => [`${at}.txt`, strToU8('x')]))),
      'it is too large to be an evidence pack',
    ],
    ['a file that would be lost unseen', unseen(), 'it has a name that no file of a pack has'],
    ['nothing', Buffer.alloc(0), 'it is not a ZIP file, or is damaged'],
    ['text', Buffer.from('{"format":'), 'it is not a ZIP file, or is damaged'],
    ['its end missing', zipSync(FILES).slice(0, 60), 'it is not a ZIP file, or is damaged'],
  ])('with %s is refused', (_what, bytes, fault) => {
    expect(filesInZip(bytes)).toEqual({ fault });
  });
});
