import { describe, expect, it } from 'vitest';
import { idsText, outcomeText, requestText, tookText } from './line-words.js';

describe('a line of the audit trail', () => {
  it.each([
    [
      { method: 'GET', path: '/v1/ReferralRequest/{ubrn}', interaction: 'A005' },
      'GET /v1/ReferralRequest/{ubrn}',
    ],
    [{ method: 'POST', path: null, interaction: 'A008' }, 'POST A008'],
    [{ method: null, path: null, interaction: null }, '–'],
  ])('of %j was the request %s', (line, words) => {
    expect(requestText(line)).toBe(words);
  });

  it.each([
    [
      { refusal: { text: 'No SRO is in force.' }, upstreamStatus: null, code: 'GW_SRO' },
      'No SRO is in force.',
    ],
    [{ refusal: null, upstreamStatus: 503, code: null }, 'e-RS answered with status 503.'],
    [{ refusal: null, upstreamStatus: 200, code: null }, ''],
    [{ refusal: null, upstreamStatus: null, code: 'GW_OF_ANOTHER_VERSION' }, 'GW_OF_ANOTHER_VERSION'],
  ])('of %j ended so: %s', (line, words) => {
    expect(outcomeText(line)).toBe(words);
  });

  it.each([
    [41, '41 ms'],
    [null, '–'],
  ])('took %s ms: %s', (ms, words) => {
    expect(tookText(ms)).toBe(words);
  });

  it('copies its identifiers, and no empty ones', () => {
    expect(idsText({ attemptId: 'a', correlationId: 'c', upstreamRequestId: null, status: 200 })).toBe(
      'Attempt id: a\nCorrelation id: c',
    );
  });
});
