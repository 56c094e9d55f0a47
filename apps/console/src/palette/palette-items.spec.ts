import type { AnswerOf } from '@gatehouse/contracts/routes';
import { describe, expect, it } from 'vitest';
import { ACTIONS, hitItems, matchingItems, PATIENT_SEARCH } from './palette-items.js';

type Hit = AnswerOf<'search'>['hits'][number];

describe('what fits the typed text', () => {
  const everything = [...ACTIONS, PATIENT_SEARCH];
  it.each([
    ['create tok', ['Create a token']],
    ['TOKEN', ['Create a token']],
    ['rotation', ['Set a policy']],
    ['owner app', ['Appoint an SRO']],
    ['nhs number', ['Who saw a patient?']],
    ['patient', ['Who saw a patient?']],
    ['oken', []],
    ['token client', []],
  ])('%s', (typed, labels) => {
    const permissions = everything.map(({ route }) => route);
    expect(matchingItems(everything, typed, permissions).map(({ label }) => label)).toEqual(labels);
  });

  it('is all that the person may use, if nothing is typed', () => {
    expect(matchingItems(everything, '', ['tokenCreate']).map(({ label }) => label)).toEqual([
      'Create a token',
    ]);
  });
});

it('lists what was found by kind, each kind under one heading, with the address of its page', () => {
  const hit = (type: Hit['type'], id: string): Hit => ({
    type,
    id,
    title: id,
    detail: '',
    matched: 'name',
  });
  const hits = [hit('sro', 'R69'), hit('client', 'int~re/ferrals'), hit('organisation', 'R69')];
  expect(hitItems(hits).map(({ group, to }) => [group, to])).toEqual([
    ['Organisations', '/organisations/R69/show'],
    ['Clients', '/clients/int~re%2Fferrals/show'],
    ['SROs', `/sro-appointments?filter=${encodeURIComponent('{"organisation":"R69"}')}`],
  ]);
});
