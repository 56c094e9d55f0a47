import { describe, expect, it } from 'vitest';
import { type Aspect, ASPECTS } from './compare-catalogue.js';
import { differenceInWords } from './difference-words.js';

describe('a difference in words', () => {
  it.each<[Aspect, string | null, string | null, string]>([
    [
      'added',
      null,
      'GET /FHIR/R4/Task (Tasks)',
      'It is new: GET /FHIR/R4/Task (Tasks). Gatehouse refuses it until a build has it.',
    ],
    [
      'removed',
      'POST /FHIR/STU3/X (X)',
      null,
      'It is no longer specified: POST /FHIR/STU3/X (X). Gatehouse still allows it.',
    ],
    ['method', 'POST', 'PUT', 'It is called by PUT and no longer by POST.'],
    ['path', '/old', '/new', 'Its path is /new and no longer /old.'],
    ['deprecated', 'no', 'yes', 'NHS England has deprecated it.'],
    ['deprecated', 'yes', 'no', 'It is no longer deprecated.'],
    ['application-restricted', 'no', 'yes', 'Applications may call it without a user.'],
    ['application-restricted', 'yes', 'no', 'Applications may no longer call it without a user.'],
    ['capabilities', null, 'provider', 'Applications may call it as: provider. This build has: none.'],
    ['write exception', 'no', 'yes', 'Applications need a write exception for it.'],
    ['limits', '5MB', '10MB', 'Its limits are: 10MB. This build has: 5MB.'],
  ])('%s: %j → %j', (aspect, builtIn, file, words) => {
    expect(differenceInWords({ aspect, builtIn, file })).toBe(words);
  });

  it.each(ASPECTS)('says whole sentences: %s', (aspect) => {
    for (const [builtIn, file] of [
      ['no', 'yes'],
      ['yes', 'no'],
    ] as const)
      expect(differenceInWords({ aspect, builtIn, file })).toMatch(/^[A-Z].*\.$/);
  });
});
