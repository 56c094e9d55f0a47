import { describe, expect, it } from 'vitest';
import type { DiffRow } from './change-diff.js';
import { environmentsOfChange } from './change-places.js';

const names = {
  application: (id: string) =>
    id === 'a'
      ? { organisations: [], product: '', environment: 'prod', accessMode: '', capability: null }
      : undefined,
  client: (id: string) => (id === 'c' ? { name: 'worklist', environment: 'int' } : undefined),
  cis2Client: (id: string) => (id === 'b' ? { product: '', environment: 'dep' } : undefined),
};
const written = (table: string, after: Record<string, unknown>): DiffRow => ({
  ...{ table, key: 'k', before: null, after },
});

describe('the environments of a change', () => {
  it.each<[what: string, rows: readonly DiffRow[], expected: readonly string[]]>([
    ['an application’s own', [written('application', { id: 'a', environment: 'prod' })], ['prod']],
    ['that of the application a row belongs to', [written('signing_key', { application_id: 'a' })], ['prod']],
    ['that of the client', [written('client_grant', { client_id: 'c' })], ['int']],
    ['that of the CIS2 client', [written('signing_key', { cis2_client_id: 'b' })], ['dep']],
    ['those of an SRO', [written('sro_appointment', { environments: ['prod', 'int'] })], ['int', 'prod']],
    ['the environment itself', [written('environment', { name: 'int', four_eyes: false })], ['int']],
    [
      'that of an application which the change creates',
      [
        written('application', { id: 'new 1', environment: 'int' }),
        written('binding', { application_id: 'new 1' }),
      ],
      ['int'],
    ],
    [
      'that of a row which is removed',
      [{ table: 'write_exception', key: 'k', before: { environment: 'int' }, after: null }],
      ['int'],
    ],
    [
      'those of the steps of a plan',
      [written('impact_plan', {}), written('application (step 2)', { environment: 'prod' })],
      ['prod'],
    ],
    [
      'none where an organisation changes, which counts in every environment',
      [written('organisation', { ods_code: 'R69' }), written('client', { environment: 'int' })],
      [],
    ],
  ])('%s', (_what, rows, expected) => {
    expect(environmentsOfChange(rows, names)).toEqual(expected);
  });
});
