import { describe, expect, it } from 'vitest';
import { type Reveal, REVEAL_FOR_MS, revealRefusal, type RevealRefusal } from './reveal.js';

const approved: Reveal = { requestedByStaff: 'omar', state: 'approved', decidedAtMs: 1_000 };

describe('a patient’s identifier is shown', () => {
  it.each<[string, Reveal | null, string | null, number, RevealRefusal | null]>([
    ['to the one who asked, once approved', approved, 'omar', 1_000, null],
    ['to its last moment', approved, 'omar', 999 + REVEAL_FOR_MS, null],
    ['no longer after its time', approved, 'omar', 1_000 + REVEAL_FOR_MS, 'over'],
    ['to nobody else, also not to who approved', approved, 'gita', 1_000, 'not-asked'],
    ['to no token', { ...approved, requestedByStaff: null }, null, 1_000, 'not-asked'],
    ['not unasked', null, 'omar', 1_000, 'not-asked'],
    [
      'not while it waits',
      { ...approved, state: 'pending', decidedAtMs: null },
      'omar',
      1_000,
      'not-approved',
    ],
    ['not when rejected', { ...approved, state: 'rejected' }, 'omar', 1_000, 'not-approved'],
    ['not when withdrawn', { ...approved, state: 'withdrawn' }, 'omar', 1_000, 'not-approved'],
  ])('%s', (_, reveal, staffId, nowMs, refusal) => {
    expect(revealRefusal(reveal, staffId, nowMs)).toBe(refusal);
  });
});
