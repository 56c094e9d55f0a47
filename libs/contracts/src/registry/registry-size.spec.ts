import { describe, expect, it } from 'vitest';
import { MAX_LISTED, sizeFaults } from './registry-size.js';

const entries = (count: number): object[] => Array.from({ length: count }, () => ({}));

describe('a registry file is too large', () => {
  it.each<[string, unknown, boolean]>([
    ['at the limit', { applications: entries(MAX_LISTED) }, false],
    ['above it', { applications: entries(MAX_LISTED + 1) }, true],
    ['in two lists together', { applications: entries(30_000), clients: entries(30_000) }, true],
    ['in the grants of one client', { clients: [{ grants: entries(MAX_LISTED) }] }, true],
    ['without any list', { applications: {} }, false],
    ['as a list itself', entries(MAX_LISTED + 1), true],
    ['as nothing', null, false],
  ])('%s', (_, document, isTooLarge) => {
    expect(sizeFaults(document)).toHaveLength(isTooLarge ? 1 : 0);
  });

  it('and says how to split it', () => {
    expect(sizeFaults({ applications: entries(400_000) }, '/document')).toEqual([
      {
        pointer: '/document',
        detail:
          'the file lists 400,000 entries, and 50,000 fit into one: split it, for example by organisation, and apply the parts one after another',
      },
    ]);
  });
});
