import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, type ErrorEntry } from './errors.js';

const entries = Object.entries(ERRORS) as [ErrorCode, ErrorEntry][];

describe('every refusal', () => {
  it.each(entries)('%s says what was wrong, what to do and who must act', (_, entry) => {
    expect(entry.publicText.length).toBeGreaterThan(20);
    expect(entry.whatToDo.length).toBeGreaterThan(10);
    expect(entry.whoActs.length).toBeGreaterThan(0);
    expect(entry.publicText.endsWith('.')).toBe(true);
    expect(entry.whatToDo.endsWith('.')).toBe(true);
  });
  it.each(entries.filter(([, entry]) => entry.status === 503 || entry.status === 429))(
    '%s tells when to try again',
    (_, entry) => {
      expect(entry.retryAfterS).toBeGreaterThan(0);
    },
  );
});
