import { expect, it } from 'vitest';
import { isProbeClear, probeView } from './probe.view.js';

const AT = new Date('2026-11-28T12:00:00Z');
const ROW = {
  checkedAt: AT,
  checkedBy: 'schedule',
  reads: [],
  limits: [],
  code: null,
  since: AT,
  attemptId: null,
};
const PROBED = {
  name: 'Trust R69',
  row: { apimApplicationId: null, environmentName: 'int', bindings: [], asid: null },
  jwksUrl: 'https://gatehouse.example/jwks.json',
  messageId: null,
} as unknown as Parameters<typeof probeView>[1];
const view = (more: object) => probeView({ ...ROW, ...more }, PROBED);

it.each([
  ['a token and a read', { reads: ['A004'] }, ['a token', 'A004']],
  ['a token alone of a draft', { limits: ['draft'] }, ['a token']],
  ['nothing, where Gatehouse itself refused', { limits: ['draft', 'not-asked'] }, []],
  [
    'a token for users, and one of NHS CIS2',
    { reads: ['CIS2'], limits: ['user'] },
    ['a token', 'a token of NHS CIS2'],
  ],
  ['nothing for users, where the environment is open', { limits: ['user', 'open'] }, []],
  ['a read without a token, where the environment is open', { reads: ['A004'], limits: ['open'] }, ['A004']],
])('says that it asked for %s', (_, more, asked) => {
  expect(view(more)?.asked).toEqual(asked);
});

it('does not say that a token was requested where nothing was asked', () => {
  expect(view({ limits: ['draft', 'not-asked'] })?.limits).toEqual([
    'NHS England was not asked, because Gatehouse itself rejected the request.',
  ]);
});

it.each([
  ['there was none', null, true],
  ['nothing is wrong', view({}), true],
  ['an outage passes by itself', view({ code: 'ERS_UNAVAILABLE' }), true],
  ['an application acts as a provider', view({ code: 'ACTS_AS_PROVIDER' }), false],
  ['a read was refused', view({ code: 'FORBIDDEN' }), false],
])('%s: nothing stands in the way: %s', (_, probe, clear) => {
  expect(isProbeClear(probe)).toBe(clear);
});
