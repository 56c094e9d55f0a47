import { describe, expect, it } from 'vitest';
import { auditSearch } from './operation-resources.js';

const faultsOf = (search: object): string[] => {
  const parsed = auditSearch.safeParse({ reason: 'subject access request', ...search });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('an NHS number to search for', () => {
  it.each(['9000000009', '9434765919'])('%s is accepted', (nhsNumber) => {
    expect(faultsOf({ nhsNumber })).toEqual([]);
  });

  it.each([
    ['9000000008', 'nhsNumber: this is not a valid NHS number: check it for a mistyped digit'],
    ['9434765991', 'nhsNumber: this is not a valid NHS number: check it for a mistyped digit'],
    ['900000000', 'nhsNumber: an NHS number has 10 digits'],
    ['900 000 0009', 'nhsNumber: an NHS number has 10 digits'],
  ])('%s is rejected, with one reason', (nhsNumber, fault) => {
    expect(faultsOf({ nhsNumber })).toEqual([fault]);
  });
});
