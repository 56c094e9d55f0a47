/** Registry files as people's programs write them, from their bytes to the plan. */
import { decodeTextFile } from '@gatehouse/domain/input/text-file';
import { planRegistry } from '@gatehouse/domain/registry/plan/registry-plan';
import type { CurrentRegistry } from '@gatehouse/domain/registry/records/registry-records';
import { describe, expect, it } from 'vitest';
import { readRegistryCsv } from './registry-csv.js';

const HEADINGS =
  'organisation_ods_code,organisation_name,product,environment,access_mode,capability,asid,api_key,message_sets,state';
const KEY = 'abcdefgh12345678abcdefgh12345678';
const fileFor = (product: string, name = 'St Mary’s'): string =>
  `${HEADINGS}\r\nX90,${name},${product},local,application-restricted,provider,200000009001,${KEY},provider-read,draft\r\n`;

const current: CurrentRegistry = {
  environments: new Map([['local', 'authenticated']]),
  interactions: new Set(['A005']),
  organisations: new Map([['X91', { odsCode: 'X91', name: 'St Anne’s', state: 'active' }]]),
  products: new Map([['ReferWell', { name: 'ReferWell', state: 'active' }]]),
  messageSets: new Map([['provider-read', { name: 'provider-read', interactions: ['A005'] }]]),
  applications: [],
  cis2Clients: new Map(),
  clients: new Map(),
};

/** Every fault of the file, of its bytes, its cells or the plan. */
function faultsOf(bytes: Uint8Array): readonly string[] {
  const { text, fault } = decodeTextFile(bytes);
  if (fault !== undefined) return [fault.detail];
  const { document, faults } = readRegistryCsv(text);
  if (document === null) return faults.map(({ detail }) => detail);
  return planRegistry(current, document, (secret) => secret).faults.map(({ detail }) => detail);
}
const utf8 = (text: string): Uint8Array => Buffer.from(text);
const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('a product that can’t be seen to be another one', () => {
  it.each([
    ['a zero-width space', 'ReferWell\u200b', /a zero-width space \(U\+200B\) at position 10/],
    ['a no-break space', 'Refer\u00a0Well', /a no-break space \(U\+00A0\) at position 6/],
    ['a soft hyphen', 'Refer\u00adWell', /a soft hyphen \(U\+00AD\) at position 6/],
    ['another case', 'referwell', /only in case, spacing or look-alike letters from the product "ReferWell"/],
    ['a space', 'Refer Well', /only in case, spacing or look-alike letters from the product "ReferWell"/],
    ['two spaces', 'Refer  Well', /only in case, spacing or look-alike letters from the product "ReferWell"/],
    ['a Cyrillic letter', 'R\u0435ferWell', /look-alike letters from the product "ReferWell"/],
    ['a variation selector', 'ReferWell\ufe0f', /U\+FE0F/],
  ])('%s', (_name, product, fault) => {
    expect(faultsOf(utf8(fileFor(product)))).toEqual([expect.stringMatching(fault)]);
  });

  it('an organisation that looks like another one', () => {
    expect(faultsOf(utf8(fileFor('ReferWell', 'st anne’s')))).toEqual([
      expect.stringMatching(/from the organisation "St Anne’s"/),
    ]);
  });
});

describe('a file of another encoding than plain UTF-8', () => {
  const tabbed = fileFor('ReferWell').replaceAll(',', '\t');
  it.each([
    ['UTF-8', utf8(fileFor('ReferWell'))],
    ['UTF-8 with a mark', utf8(`\ufeff${fileFor('ReferWell')}`)],
    ['“Unicode text”: UTF-16 with a mark', utf16(fileFor('ReferWell'))],
    ['“Unicode text” with tabs', utf16(tabbed)],
    ['tabs in UTF-8', utf8(tabbed)],
  ])('%s is read', (_name, bytes) => {
    expect(faultsOf(bytes)).toEqual([]);
  });

  it.each([
    [
      'UTF-16 without a mark',
      Buffer.from(fileFor('ReferWell'), 'utf16le'),
      /UTF-16 without a byte-order mark/,
    ],
    ['Windows-1252', Buffer.from(fileFor('ReferWell', 'St Mary\x92s'), 'latin1'), /CSV UTF-8/],
  ])('%s has one fault, which says so', (_name, bytes, fault) => {
    expect(faultsOf(bytes)).toEqual([expect.stringMatching(fault)]);
  });
});
