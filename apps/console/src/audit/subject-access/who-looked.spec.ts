import { expect, it } from 'vitest';
import { whoLooked } from './who-looked.js';

const row = (startedAt: string, more: object = {}) => ({
  ...{ startedAt, organisation: 'R69', client: 'sync', actor: null, userId: null, ...more },
});
const [ONE, TWO, THREE] = ['2026-03-01T09:00:00Z', '2026-03-02T09:00:00Z', '2026-03-03T09:00:00Z'];

it('sums up requests by organisation, client and user, the most first', () => {
  const user = { userId: '555000000001' };
  expect(whoLooked([row(THREE), row(TWO, user), row(ONE)])).toEqual([
    { organisation: 'R69', by: 'sync', userId: null, requests: 2, first: ONE, last: THREE },
    { organisation: 'R69', by: 'sync', userId: '555000000001', requests: 1, first: TWO, last: TWO },
  ]);
});

it.each([
  ['another organisation', { organisation: 'R70' }],
  ['another client', { client: 'other' }],
  ['a person of Gatehouse', { client: null, actor: 'Priya Nair' }],
])('keeps %s apart', (_, more) => {
  expect(whoLooked([row(ONE), row(TWO, more)])).toHaveLength(2);
});

it('names the person where no client asked', () => {
  expect(whoLooked([row(ONE, { client: null, actor: 'Priya Nair' })])).toMatchObject([{ by: 'Priya Nair' }]);
});

it('is empty without requests', () => {
  expect(whoLooked([])).toEqual([]);
});
