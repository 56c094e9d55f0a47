import { expect, it } from 'vitest';
import { type Appointed, outlook } from './sro-outlook.js';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const appointed = (over: Partial<Appointed> = {}): Appointed => ({
  id: 's1',
  environments: ['prod'],
  acceptedAtMs: 0,
  withdrawnAtMs: null,
  startsOn: null,
  reviewDueOn: '2026-07-15',
  graceDays: 0,
  deputy: false,
  ...over,
});
const deputy = appointed({ deputy: true, reviewDueOn: '2026-09-01' });
const successor = appointed({ startsOn: '2026-07-16', reviewDueOn: '2027-07-15' });

it.each<[string, Appointed[], string, string | null]>([
  ['nobody', [], 'closed', null],
  ['nobody of this environment', [appointed({ environments: ['int'] })], 'closed', null],
  ['one in force', [appointed()], 'open', '2026-07-15'],
  ['with grace', [appointed({ graceDays: 14 })], 'open', '2026-07-29'],
  ['in grace', [appointed({ reviewDueOn: '2026-06-30', graceDays: 14 })], 'grace', '2026-07-14'],
  ['lapsed', [appointed({ reviewDueOn: '2026-06-30' })], 'closed', null],
  ['a deputy alone', [deputy], 'deputy', '2026-09-01'],
  ['a deputy keeps it open longer', [appointed(), deputy], 'open', '2026-09-01'],
  ['a successor who has accepted', [appointed(), successor], 'open', '2027-07-15'],
  ['one who has not', [appointed(), { ...successor, acceptedAtMs: null }], 'open', '2026-07-15'],
  ['one after a gap', [appointed(), { ...successor, startsOn: '2026-07-17' }], 'open', '2026-07-15'],
  [
    'a successor of a successor, in any order',
    [{ ...successor, startsOn: '2027-07-16', reviewDueOn: '2028-07-15' }, successor, appointed()],
    'open',
    '2028-07-15',
  ],
  [
    'a withdrawal to come',
    [appointed({ withdrawnAtMs: Date.parse('2026-07-09T23:00:00Z') })],
    'open',
    '2026-07-09',
  ],
])('%s', (_, appointments, gate, openUntil) => {
  expect(outlook(appointments, 'prod', NOW)).toEqual({ gate, openUntil });
});
