import { expect, it } from 'vitest';
import { bodyOfEdit, type Field, instantOf, momentText } from './fields.js';

const FIELDS: readonly Field[] = [
  { name: 'name', label: 'Name', initial: 'Quay NHS Trust', required: true },
  { name: 'asid', label: 'ASID', initial: '200000007777', clearable: true },
  { name: 'apiKey', label: 'API key', kind: 'secret' },
  { name: 'messageSets', label: 'Message sets', kind: 'list', initial: 'provider-read, referrer-read' },
];
const UNCHANGED = {
  name: 'Quay NHS Trust',
  asid: '200000007777',
  apiKey: '',
  messageSets: 'provider-read, referrer-read',
};

it.each([
  ['nothing', {}, {}],
  ['a list in another order, with other separators', { messageSets: 'referrer-read  provider-read,' }, {}],
  ['an emptied list', { messageSets: '' }, { messageSets: [] }],
  [
    'one more in a list',
    { messageSets: 'a, provider-read, referrer-read' },
    { messageSets: ['a', 'provider-read', 'referrer-read'] },
  ],
  ['an emptied optional value', { asid: '' }, { asid: null }],
  ['an emptied value that must stay', { name: '' }, {}],
  ['a secret', { apiKey: 'new-key' }, { apiKey: 'new-key' }],
])('an edit of %s', (_, typed, body) => {
  expect(bodyOfEdit(FIELDS, { ...UNCHANGED, ...typed })).toEqual(body);
});

it.each([
  ['in winter', '2026-03-02T09:00', '2026-03-02T09:00:00.000Z'],
  ['in summer', '2026-07-02T00:30', '2026-07-01T23:30:00.000Z'],
  ['before the clocks go forward', '2026-03-29T00:59', '2026-03-29T00:59:00.000Z'],
  ['after they have', '2026-03-29T02:00', '2026-03-29T01:00:00.000Z'],
  ['in the hour that comes twice', '2026-10-25T01:30', '2026-10-25T00:30:00.000Z'],
  ['after it', '2026-10-25T02:00', '2026-10-25T02:00:00.000Z'],
  ['in a new year', '2027-01-01T00:00', '2027-01-01T00:00:00.000Z'],
])('a date and time in London, %s, is an instant, and is shown as it was entered', (_, text, instant) => {
  expect(instantOf(text)).toBe(instant);
  expect(momentText(instant)).toBe(text);
  expect(momentText(text)).toBe(text);
});

it.each([
  ['with seconds', '2026-07-02T09:00:30', '2026-07-02T08:00:30.000Z'],
  ['that the clocks leave out', '2026-03-29T01:30', '2026-03-29T01:30:00.000Z'],
  ['that is not there', '', ''],
  ['that is an instant', '2026-07-02T08:00:00.000Z', '2026-07-02T08:00:00.000Z'],
  ['that can’t be read', 'tomorrow', 'tomorrow'],
])('a date and time %s, “%s”, becomes “%s”', (_, text, instant) => {
  expect(instantOf(text)).toBe(instant);
});

it.each([null, undefined, '', 'yesterday'])('a field is empty for %s', (value) => {
  expect(momentText(value)).toBe('');
});
