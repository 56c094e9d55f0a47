import { describe, expect, it } from 'vitest';
import { isKeptFor, isSavable, savable } from './kept-items.js';

describe('a filter is saved', () => {
  it.each([
    ['by state and health', { state: 'live', health: 'no SRO' }, true],
    ['by an ASID, which has as many digits as a UBRN', { asid: '200000002454' }, true],
    ['by an instant', { from: '2026-11-29T12:03:00.000Z' }, true],
    ['by an id whose groups are digits alone', { application: '12345678-1234-4123-8123-123456789012' }, true],
    ['without a value', { state: null, code: undefined }, true],
    ['by a number of eleven digits', { correlationId: '94347659190' }, true],
    ['not by an NHS number', { correlationId: '9434765919' }, false],
    ['not by one with spaces', { correlationId: '943 476 5919' }, false],
    ['not by a mistyped one', { key: '943-476-5918' }, false],
    ['not by a UBRN', { correlationId: '000000070000' }, false],
    ['not by one in groups', { key: '0000 0007 0000' }, false],
    ['not by one within a longer text', { correlationId: 'ubrn-000000070000-a' }, false],
    ['not by one within a list', { any: ['a', '9434765919'] }, false],
    ['not by the user id of a healthcare worker', { userId: '555073103100' }, false],
  ])('%s', (_, filter, expected) => {
    expect(isSavable(filter)).toBe(expected);
  });
});

it('keeps no saved filter with an identifier, nor its name', () => {
  const value = { filter: { state: 'live' } };
  expect(
    savable([
      { label: 'Live', value },
      { label: 'Seen', value: { filter: { correlationId: '943 476 5919' } } },
      { label: 'For 943 476 5919', value },
    ]),
  ).toEqual([
    { label: 'Live', value },
    { label: 'Filter 2', value },
  ]);
});

it.each([
  ['applications.savedQueries', true],
  ['audit.hiddenColumns', true],
  ['lists.compact', true],
  ['audit.listParams', false],
  ['theme', false],
])('of what react-admin stores, %s is kept for each person: %s', (key, expected) => {
  expect(isKeptFor(key)).toBe(expected);
});
