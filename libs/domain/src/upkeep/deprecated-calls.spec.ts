import { expect, it } from 'vitest';
import { INTERACTIONS } from '../ers/interaction.js';
import type { Snapshot } from '../registry/registry.js';
import { DEPRECATED, deprecatedCalls, REPLACEMENTS } from './deprecated-calls.js';

const client = (state: string) => ({ id: 'c', name: 'worklist', environment: 'int', state });
const snapshotOf = (state: string) =>
  ({
    clients: new Map([['c', client(state)]]),
    organisations: new Map([['R69', { odsCode: 'R69', name: 'Example NHS Trust' }]]),
  }) as unknown as Snapshot;

const CALLS = {
  ...{ clientId: 'c', odsCode: 'R69', interaction: 'A006', count: 1_200 },
  lastAtMs: Date.parse('2026-06-01T09:05:30Z'),
};

it('each deprecated interaction has words for what replaces it, and no other', () => {
  expect(DEPRECATED).toEqual(['A006', 'A021', 'A032']);
  expect(Object.keys(REPLACEMENTS)).toEqual(DEPRECATED);
});

it('what is to be called instead is not deprecated itself', () => {
  const named = Object.values(REPLACEMENTS).map((text) => /A0\d\d/.exec(text)?.[0]);
  expect(named).toEqual(['A042', 'A011', 'A031']);
  expect(INTERACTIONS.filter(({ id }) => named.includes(id)).map(({ deprecated }) => deprecated)).toEqual([
    ...[false, false, false],
  ]);
});

it('the finding names client, organisation, interaction, replacement, count and last time', () => {
  expect(deprecatedCalls(snapshotOf('active'), [CALLS])).toEqual([
    {
      key: 'deprecated-call c R69 A006',
      notice: {
        kind: 'upkeep',
        title: 'The client worklist in int still calls A006 for R69, which is deprecated',
        body: 'It called A006 (Retrieve attachment) 1,200 times for Example NHS Trust (R69) within 30 days, the last time on 2026-06-01 09:05 UTC. NHS England may switch A006 off.',
        whatToDo:
          'Call A042 (Retrieve attachment, R4) instead, which also retrieves files above 5 MB. The team of the client must change it.',
        path: '/clients/int~worklist/show',
        odsCodes: ['R69'],
        staffId: null,
      },
    },
  ]);
});

it.each([
  ['of a client that is suspended', 'suspended', CALLS],
  ['of a client that is not registered', 'active', { ...CALLS, clientId: 'gone' }],
  ['of an interaction that is not deprecated', 'active', { ...CALLS, interaction: 'A005' }],
])('calls %s are no finding', (_, state, calls) => {
  expect(deprecatedCalls(snapshotOf(state), [calls])).toEqual([]);
});

it('organisations and interactions are found each by itself, and one call is “once”', () => {
  const found = deprecatedCalls(snapshotOf('active'), [
    { ...CALLS, count: 1 },
    { ...CALLS, odsCode: 'RCD' },
    { ...CALLS, interaction: 'A021' },
  ]);
  expect(new Set(found.map(({ key }) => key)).size).toBe(3);
  expect(found[0]?.notice.body).toContain('called A006 (Retrieve attachment) once for');
  expect(found[1]?.notice.body).toContain(' for RCD within');
});
