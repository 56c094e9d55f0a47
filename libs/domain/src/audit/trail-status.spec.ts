import { describe, expect, it } from 'vitest';
import { type Chain, trailStatus } from './trail-status.js';

const NOW = 1_000_000;
const chain = (writer: string, seq: number, changes: Partial<Chain> = {}): Chain => ({
  ...{ writer, seq, hash: `${writer}${String(seq)}`, host: 'one', state: 'live' },
  ...{ startedAtMs: 0, leaseUntilMs: NOW + 1 },
  ...changes,
});
const head = (writer: string, seq: number, hash = `${writer}${String(seq)}`) =>
  [writer, { writer, seq, hash }] as const;

describe('the phase of a chain', () => {
  it.each<[changes: Partial<Chain>, phase: string]>([
    [{}, 'writing'],
    [{ leaseUntilMs: NOW }, 'lease over'],
    [{ state: 'sweeping', leaseUntilMs: NOW - 1 }, 'sweeping'],
    [{ state: 'swept' }, 'ended'],
    [{ state: 'closed' }, 'ended'],
  ])('%j is %s', (changes, phase) => {
    expect(trailStatus([chain('a', 1, changes)], new Map(), NOW).chains[0]?.phase).toBe(phase);
  });
});

describe('what checkpoints cover', () => {
  it.each([
    ['no checkpoint', [], 5, false],
    ['an earlier row', [head('a', 3)], 2, false],
    ['the last row', [head('a', 5)], 0, false],
    ['another row of the same number', [head('a', 5, 'other')], 0, true],
    ['a later row', [head('a', 6)], 0, true],
  ] as const)('%s of a chain of five rows', (_, covered, uncovered, isBehind) => {
    const status = trailStatus([chain('a', 5)], new Map(covered), NOW);
    expect(status).toMatchObject({ records: 5, uncovered, missing: [], chains: [{ uncovered, isBehind }] });
  });

  it('names a chain that was removed', () => {
    expect(trailStatus([chain('a', 1)], new Map([head('b', 2), head('a', 1)]), NOW).missing).toEqual(['b']);
  });
});

it('shows what is behind first, then what is written to, then the newest', () => {
  const chains = [
    chain('ended', 1, { state: 'closed', startedAtMs: 3 }),
    chain('old', 1, { startedAtMs: 1 }),
    chain('new', 1, { startedAtMs: 2 }),
    chain('behind', 1, { state: 'swept' }),
  ];
  const { chains: shown } = trailStatus(chains, new Map([head('behind', 2)]), NOW);
  expect(shown.map(({ writer }) => writer)).toEqual(['behind', 'new', 'old', 'ended']);
});
