import { expect, it } from 'vitest';
import { whatHappened } from './what-happened.js';

const refusal = {
  ...{ code: 'GW_SRO', status: 403, text: 'No SRO is in force.' },
  ...{ whatToDo: 'Appoint one.', whoActs: 'governance' },
};
const diagnosis = {
  code: 'ASID_NOT_CONFIGURED',
  whatIsWrong: 'It has no ASID.',
  whoActs: 'e-RS partners team',
};
const attempt = (outcome: string | null, upstreamStatus: number | null, status = upstreamStatus) => ({
  ...{ outcome, upstreamStatus, status, code: null },
});

it.each<[string, Parameters<typeof whatHappened>[0], string, Record<string, unknown>]>([
  [
    'rejected',
    { refusal, diagnosis: null, attempts: [] },
    'Rejected: GW_SRO',
    { Status: 403, Reason: refusal.text, 'What to do': refusal.whatToDo, 'Who must act': 'governance' },
  ],
  [
    'rejected by e-RS for a known reason',
    { refusal: null, diagnosis, attempts: [attempt('FAILED', 403)] },
    'Failed',
    {
      Status: 403,
      'Status from e-RS': 403,
      'What NHS England’s answer shows': 'ASID_NOT_CONFIGURED',
      'What it means': 'It has no ASID.',
      'Who must act': 'e-RS partners team',
    },
  ],
  [
    'rejected by e-RS for a reason that only the caller received',
    { refusal: null, diagnosis: null, attempts: [attempt('FAILED', 422)] },
    'Failed',
    expect.objectContaining({ 'Who must act': 'caller' }),
  ],
  [
    'failed in e-RS, at the second attempt',
    { refusal: null, diagnosis: null, attempts: [attempt('UNKNOWN', null), attempt('FAILED', 503)] },
    'Failed',
    expect.objectContaining({ 'Who must act': 'NHS England' }),
  ],
  [
    'not sent',
    {
      refusal: { ...refusal, code: 'GW_TOKEN_REFUSED', status: 502 },
      diagnosis: null,
      attempts: [{ ...attempt('NOT_SENT', null, 502), code: 'GW_TOKEN_REFUSED' }],
    },
    'Not sent: GW_TOKEN_REFUSED',
    expect.objectContaining({ Status: 502, 'Who must act': 'governance' }),
  ],
  [
    'answered',
    { refusal: null, diagnosis: null, attempts: [attempt('COMPLETED', 200)] },
    'Completed',
    { Status: 200, 'Status from e-RS': 200 },
  ],
  [
    'under way',
    { refusal: null, diagnosis: null, attempts: [attempt(null, null)] },
    'Not known yet',
    { Status: null },
  ],
])('a request that was %s', (_case, story, title, facts) => {
  const happened = whatHappened(story);
  expect(happened.title).toBe(title);
  expect(Object.fromEntries(happened.facts)).toEqual(facts);
});
