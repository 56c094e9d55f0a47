import { strFromU8, strToU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { zipName, zipOf } from './pack-zip.js';

it('has each file whole, under its name', () => {
  const zip = unzipSync(
    zipOf([
      { name: 'evidence.json', pieces: [strToU8('{"format"'), strToU8(':1}')], size: 12 },
      { name: 'manifest.jws', pieces: [strToU8('a..b')], size: 4 },
    ]),
  );
  expect(Object.entries(zip).map(([name, bytes]) => [name, strFromU8(bytes)])).toEqual([
    ['evidence.json', '{"format":1}'],
    ['manifest.jws', 'a..b'],
  ]);
});

it('is named by organisation and period', () => {
  const pack = { organisation: 'R69', from: '2026-04-01', until: '2027-03-31' };
  expect(zipName(pack)).toBe('evidence-R69-2026-04-01-2027-03-31.zip');
});
