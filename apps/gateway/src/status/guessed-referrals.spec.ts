import { matchOperation } from '@gatehouse/domain/ers/operation';
import type { Client } from '@gatehouse/domain/registry/registry';
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuessedReferrals, watchForGuesses } from './guessed-referrals.js';

const client = (id: string): Client => ({
  ...{ id, name: id, environment: 'int', state: 'active', grants: [], workload: null, rateShare: 'single' },
});
const referral = (n: number) =>
  matchOperation('GET', `/FHIR/STU3/ReferralRequest/${String(n).padStart(12, '0')}`);

let nowMs: number;
let guesses: GuessedReferrals;
beforeEach(() => {
  nowMs = 1_000;
  guesses = watchForGuesses(() => nowMs);
});

/** How often the alarm was raised over these answers. */
const alarms = (count: number, { id = 'a', status = 404, first = 1, same = false } = {}): number =>
  Array.from({ length: count }, (_, at) =>
    guesses.noteAnswer({
      ...{ client: client(id), matched: referral(same ? 1 : first + at), upstreamStatus: status },
    }),
  ).filter(Boolean).length;

describe('a client tries referrals that are not its own', () => {
  it.each([403, 404])('with twenty UBRNs that e-RS answered with %i', (status) => {
    expect(alarms(19, { status })).toBe(0);
    expect(alarms(1, { status, first: 20 })).toBe(1);
  });

  it('again with the next twenty', () => {
    expect(alarms(39)).toBe(1);
    expect(alarms(1, { first: 40 })).toBe(1);
  });
});

describe('a client does not', () => {
  it('with one UBRN, however often', () => {
    expect(alarms(100, { same: true })).toBe(0);
  });

  it.each([200, 412, 429, 500])('with answers of %i', (status) => {
    expect(alarms(100, { status })).toBe(0);
  });

  it('where two clients have made them', () => {
    expect(alarms(19, { id: 'a' }) + alarms(19, { id: 'b' })).toBe(0);
  });

  it('within more than ten minutes', () => {
    alarms(19);
    nowMs += 10 * 60_000 + 1;
    expect(alarms(19, { first: 20 })).toBe(0);
  });

  it('where no UBRN was named, or nobody called', () => {
    const matched = matchOperation('GET', '/FHIR/STU3/CodeSystem/SPECIALTY');
    const noted = Array.from({ length: 50 }, (_, at) => [
      guesses.noteAnswer({ client: client('a'), matched, upstreamStatus: 404 }),
      guesses.noteAnswer({ client: null, matched: referral(at), upstreamStatus: 404 }),
      guesses.noteAnswer({ client: client('a'), matched: null, upstreamStatus: 404 }),
    ]);
    expect(noted.flat()).not.toContain(true);
  });

  it('forgets clients whose time is over', () => {
    for (let at = 0; at < 2_000; at += 1) alarms(1, { id: `c${String(at)}` });
    nowMs += 10 * 60_000 + 1;
    expect(alarms(20, { id: 'z' })).toBe(1);
  });
});
