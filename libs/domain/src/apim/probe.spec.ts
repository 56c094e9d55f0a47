import { describe, expect, it } from 'vitest';
import { DIAGNOSES } from './diagnosis.js';
import {
  findingOf,
  isWorse,
  PROBE_FINDINGS,
  PROBE_READS,
  probePlan,
  readFinding,
  sourceOf,
} from './probe.js';
import { TOKEN_REFUSALS } from './token-refusal.js';
import { CATALOGUE } from '../ers/catalogue.js';

const application = (change: object, ...interactions: string[]) => ({
  ...({ state: 'live', accessMode: 'application-restricted', capability: 'provider' } as const),
  interactions: new Set(interactions),
  ...change,
});

describe('what a probe asks', () => {
  it.each([
    ['A004 of a provider', application({}, 'A004', 'A005'), ['A004'], []],
    ['nothing more of a provider with the set of a referrer', application({}, 'A004', 'A035'), ['A004'], []],
    ['a token of a provider that may read patients alone', application({}, 'A005', 'A008'), [], ['no-read']],
    ['both of a referrer', application({ capability: 'referrer' }, 'A004', 'A035'), ['A004', 'A035'], []],
    ['A035 of a referrer without A004', application({ capability: 'referrer' }, 'A035'), ['A035'], []],
    [
      'A004 of a referrer without A035',
      application({ capability: 'referrer' }, 'A004'),
      ['A004'],
      ['business-function'],
    ],
    [
      'a token of a referrer without either',
      application({ capability: 'referrer' }, 'A037'),
      [],
      ['no-read', 'business-function'],
    ],
    ['a token of a draft', application({ state: 'draft' }, 'A004'), [], ['draft']],
    [
      'nothing where users act',
      application({ accessMode: 'user-restricted', capability: null }, 'A004'),
      [],
      ['user'],
    ],
  ] as const)('%s', (_what, facts, reads, limits) => {
    expect(probePlan(facts)).toEqual({ reads, limits });
  });

  it.each(Object.entries(PROBE_READS))('%s names no patient and writes nothing', (read, { path }) => {
    const operation = CATALOGUE.find(({ interaction }) => interaction === read);
    expect(operation).toMatchObject({ readOnly: true, method: 'GET', subject: { from: null } });
    expect(path.startsWith(operation?.path.split('{')[0] ?? 'x')).toBe(true);
  });
});

describe('what an answer means', () => {
  it.each([
    ['A004', 200, null, null],
    ['A035', 200, null, null],
    ['A035', 404, null, null],
    ['A004', 404, null, 'UNEXPECTED'],
    ['A004', 302, null, 'UNEXPECTED'],
    ['A004', 403, null, 'FORBIDDEN'],
    ['A035', 403, null, 'ACTS_AS_PROVIDER'],
    ['A035', 403, 'ASID_NOT_CONFIGURED', 'ASID_NOT_CONFIGURED'],
    ['A004', 500, 'ODS_CODE_NOT_CONFIGURED', 'ODS_CODE_NOT_CONFIGURED'],
    ['A004', 429, null, 'RATE_LIMITED'],
    ['A004', 500, null, 'ERS_FAILED'],
    ['A004', 502, null, 'ERS_FAILED'],
    ['A004', 503, null, 'ERS_UNAVAILABLE'],
  ] as const)('%s %i %s: %s', (read, status, diagnosis, code) => {
    expect(readFinding(read, status, diagnosis)).toBe(code);
  });

  it.each([
    ...[...Object.keys(PROBE_FINDINGS), ...Object.keys(TOKEN_REFUSALS), ...Object.keys(DIAGNOSES)],
    ...['GW_SRO_LAPSED', 'GW_KEY_UNUSABLE', 'of another version'],
  ])('%s has its cause, what to do and who acts', (code) => {
    const { whatIsWrong, whatToDo, whoActs } = findingOf(code);
    expect([whatIsWrong, whatToDo]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
    expect(whoActs.length).toBeGreaterThan(3);
  });

  it('has no code twice', () => {
    const codes = [PROBE_FINDINGS, TOKEN_REFUSALS, DIAGNOSES].flatMap((table) => Object.keys(table));
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('a result comes from', () => {
  it.each([
    ['FORBIDDEN', 'answer'],
    ['KEY_NOT_FOUND', 'answer'],
    ['ASID_NOT_CONFIGURED', 'answer'],
    ['of another version', 'answer'],
    ['GW_TOKEN_UNAVAILABLE', 'no answer'],
    ['GW_UPSTREAM_TIMEOUT', 'no answer'],
    ['GW_SRO_LAPSED', 'gatehouse'],
    ['GW_RATE_LIMIT', 'gatehouse'],
    ['GW_SIGNING_UNAVAILABLE', 'gatehouse'],
  ])('%s: %s', (code, source) => {
    expect(sourceOf(code)).toBe(source);
  });
});

describe('a result is worse', () => {
  it.each([
    [undefined, null, 'live', false],
    [undefined, 'FORBIDDEN', 'live', true],
    [undefined, 'KEY_NOT_FOUND', 'draft', false],
    [undefined, 'UNAVAILABLE', 'live', false],
    [null, null, 'live', false],
    [null, 'FORBIDDEN', 'live', true],
    [null, 'KEY_NOT_FOUND', 'draft', true],
    [null, 'UNAVAILABLE', 'live', false],
    ['UNAVAILABLE', 'FORBIDDEN', 'live', true],
    ['FORBIDDEN', 'FORBIDDEN', 'live', false],
    ['FORBIDDEN', 'API_KEY', 'live', true],
    ['FORBIDDEN', 'UNAVAILABLE', 'live', false],
    ['FORBIDDEN', null, 'live', false],
  ])('from %s to %s of a %s application: %s', (before, now, state, worse) => {
    expect(isWorse(before, now, state)).toBe(worse);
  });
});
