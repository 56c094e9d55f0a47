import { expect, it } from 'vitest';
import { aboutWords, revealStep } from './event-words.js';

const event = (facts: object) => ({ rows: [{ facts }] });

it.each([
  [{ organisations: ['R69', 'R70'] }, 'R69, R70'],
  [{ organisation: 'R69', from: '2026-03-01', until: '2026-03-31' }, 'R69, 1 Mar 2026 to 31 Mar 2026'],
  [{ format: 'csv', until: '2026-03-31T23:30:00Z' }, 'Every organisation, from the beginning to 1 Apr 2026'],
  [
    { from: '2026-03-02T00:00:00Z', until: '2026-06-30T23:00:00Z' },
    'Every organisation, 2 Mar 2026 to 30 Jun 2026',
  ],
  [{ organisation: 'R69', from: '2026-03-01' }, 'R69, 1 Mar 2026 to now'],
  [{ organisations: [] }, 'Every organisation'],
])('%j is about “%s”', (facts, words) => {
  expect(aboutWords(event(facts))).toBe(words);
});

it.each([
  [{ step: 'asked' }, 'Requested'],
  [{ step: 'shown' }, 'Shown'],
  [{ step: 'stale' }, 'Request lapsed'],
  [{}, ''],
])('%j is the step “%s”', (facts, words) => {
  expect(revealStep(event(facts))).toBe(words);
});

it('knows nothing of an event without records', () => {
  expect(aboutWords({})).toBe('Every organisation');
});
