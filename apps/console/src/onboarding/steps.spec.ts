import { describe, expect, it } from 'vitest';
import { nextOf, type Progress, type StepId, stepsOf } from './steps.js';

const RESTRICTED = [
  ...(['organisation', 'published-key', 'api-key', 'sro', 'asid', 'message-sets'] as const),
  ...(['live', 'active-key', 'grant', 'client-key'] as const),
];
type Part = NonNullable<Progress['checklist']>[number]['id'];

/** An application whose checklist is done but for these parts. */
const progress = (open: readonly Part[], waiting: readonly StepId[] = [], isWorking = false): Progress => ({
  hasOrganisation: true,
  checklist: RESTRICTED.map((id) => ({ id, done: !open.includes(id) })),
  waiting: new Set(waiting),
  isWorking,
});
const told = (given: Progress) => stepsOf(given).map(({ id, state }) => `${id}: ${state}`);

const NOTHING: Progress = {
  ...{ hasOrganisation: false, checklist: null, waiting: new Set<StepId>(), isWorking: false },
};

describe('the steps', () => {
  it('begin with the organisation, then its application', () => {
    expect(told(NOTHING).slice(0, 3)).toEqual([
      'organisation: to do',
      'application: later',
      'signing-key: later',
    ]);
    expect(told({ ...NOTHING, hasOrganisation: true }).slice(0, 3)).toEqual([
      'organisation: done',
      'application: to do',
      'signing-key: later',
    ]);
  });

  it('follow the checklist of the application', () => {
    expect(told(progress(['asid', 'live', 'grant']))).toEqual([
      'organisation: done',
      'application: done',
      'signing-key: done',
      'sro: done',
      'nhs: to do',
      'client: to do',
      'first-request: to do',
    ]);
  });

  it('leave out what the application does not need, and add the sign-in of users', () => {
    const checklist = (['organisation', 'api-secret', 'cis2-client', 'grant'] as const).map((id) => ({
      ...{ id, done: true },
    }));
    expect(stepsOf({ ...progress([]), checklist }).map(({ id }) => id)).toEqual([
      ...['organisation', 'application', 'nhs', 'users', 'client', 'first-request'],
    ]);
  });

  it('are done even if something about them still waits', () => {
    expect(told(progress([], ['sro'], true)).filter((text) => !text.endsWith('done'))).toEqual([]);
  });
});

it.each<[what: string, given: Progress, next: StepId]>([
  ['nothing is recorded', NOTHING, 'organisation'],
  ['the SRO has not accepted yet', progress(['sro', 'asid'], ['sro']), 'nhs'],
  ['everything else waits', progress(['sro', 'live'], ['sro', 'nhs']), 'first-request'],
  ['a stopped organisation', progress(['organisation', 'asid']), 'organisation'],
  ['the first request was answered', progress([], [], true), 'first-request'],
  ['only the SRO is missing though requests were answered', progress(['sro'], ['sro'], true), 'sro'],
])('what comes next: %s', (_what, given, next) => {
  expect(nextOf(stepsOf(given))).toBe(next);
});
