import { describe, expect, it } from 'vitest';
import { stableDiff } from './change-diff.js';

describe('a diff that two people compare', () => {
  const made = (id: string, by: string) =>
    stableDiff([
      { table: 'application', key: id, before: null, after: { id, asid: '1', jwks_id: id, created_at: by } },
      { table: 'binding', key: `b${id}`, before: null, after: { id: `b${id}`, application_id: id } },
    ]);

  it('is the same each time the same change is carried out', () => {
    expect(made('one', 'Priya')).toEqual(made('two', 'Gita'));
    expect(made('one', 'Priya')[0]?.after).toEqual({ id: 'new 1', asid: '1' });
  });

  it('keeps when an exception expires', () => {
    const diffOf = (expires: string) =>
      stableDiff([{ table: 'write_exception', key: 'x', before: null, after: { expires_at: expires } }]);
    expect(diffOf('2027-01-01')).not.toEqual(diffOf('2028-01-01'));
  });
});
