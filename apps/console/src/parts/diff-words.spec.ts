import { expect, it } from 'vitest';
import { fieldLabel, fieldText } from './diff-words.js';

it.each([
  ['asid_shared_with', 'ASID shared with'],
  ['ods_code', 'ODS code'],
  ['asid', 'ASID'],
  ['state', 'State'],
  ['odsCode', 'ODS code'],
  ['hashCount', 'Hash count'],
])('the field %s is called %s', (name, label) => {
  expect(fieldLabel(name)).toBe(label);
});

it.each([
  ['live', 'live'],
  [3, '3'],
  [true, 'yes'],
  [false, 'no'],
  [null, '–'],
  [[], '–'],
  [['int', 'prod'], 'int, prod'],
  [{ 'provider-read': ['A004', 'A005'] }, 'provider-read: A004, A005'],
  [{ clientId: 'c', auth: 'private_key_jwt' }, 'clientId: c; auth: private_key_jwt'],
])('%j is shown as %s', (value, text) => {
  expect(fieldText(value)).toBe(text);
});
