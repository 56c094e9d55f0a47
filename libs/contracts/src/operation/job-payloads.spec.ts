import { JOB_NAMES } from '@gatehouse/domain/jobs/job-kinds';
import { describe, expect, it } from 'vitest';
import { JOB_PAYLOADS, payloadFaults } from './job-payloads.js';

const CANARIES = {
  'an NHS number': '943 476 5919',
  'a secret': 'hunter2-hunter2-hunter2',
  'a name': 'Mrs Example',
};

describe.each(JOB_NAMES)('the payload of %s', (job) => {
  it.each(Object.entries(CANARIES))('has no place for %s', (_, text) => {
    for (const payload of [{ note: text }, { id: text }, { version: text }, text, [text]])
      expect(JOB_PAYLOADS[job].safeParse(payload).success).toBe(false);
  });
});

describe('faults of a payload', () => {
  it.each([
    [{}, []],
    [{ nhsNumber: 1 }, [['/payload/nhsNumber', '"nhsNumber" is not known here; check its spelling']]],
    [[], [['/payload', 'this must be an object, { … }']]],
    [null, [['/payload', 'this must be an object, { … }']]],
  ])('%j', (payload, expected) => {
    const faults = payloadFaults('housekeeping', payload);
    expect(faults.map(({ pointer, detail }) => [pointer, detail])).toEqual(expected);
  });
});
