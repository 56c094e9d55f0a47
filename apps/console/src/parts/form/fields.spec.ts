import { expect, it } from 'vitest';
import { bodyOfEdit, type Field } from './fields.js';

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
