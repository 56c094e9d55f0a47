import { describe, expect, it } from 'vitest';
import type { RecordedTable } from '../audit/history.js';
import { type RowChange, secondPersons } from './four-eyes.js';

const row = (
  table: RecordedTable,
  before: object | null,
  after: object | null,
  more: Partial<RowChange> = {},
) =>
  ({
    table,
    before,
    after,
    odsCodes: ['R69'],
    environments: ['prod'],
    applicationState: null,
    ...more,
  }) as RowChange;

const live = { state: 'live', asid: '1', api_key: '…abcd' };
const PROD = new Set(['prod']);

describe('which changes need a second person', () => {
  it.each([
    ['another ASID on a live application', row('application', live, { ...live, asid: '2' }), true],
    [
      'another API key or secret for one, even if both look the same when masked',
      row('application', live, { ...live, secrets_changed: ['api_key'] }),
      true,
    ],
    [
      'its id in NHS England’s portal',
      row('application', live, { ...live, apim_application_id: 'x' }),
      false,
    ],
    [
      'another ASID for a suspended one',
      row('application', { ...live, state: 'suspended' }, { ...live, asid: '2' }),
      true,
    ],
    ['a live one put back to draft', row('application', live, { ...live, state: 'draft' }), true],
    ['a live one that is retired', row('application', live, { ...live, state: 'retired' }), true],
    [
      'a suspended one that is retired, which would be a way round the rule',
      row('application', { ...live, state: 'suspended' }, { ...live, state: 'retired' }),
      true,
    ],
    [
      'a draft that is retired',
      row('application', { ...live, state: 'draft' }, { ...live, state: 'retired' }),
      false,
    ],
    ['a live one that is suspended', row('application', live, { ...live, state: 'suspended' }), false],
    ['resuming one', row('application', { ...live, state: 'suspended' }, live), true],
    ['a draft going live', row('application', { ...live, state: 'draft' }, live), true],
    ['one that is made live', row('application', null, live), true],
    ['a retired one going live', row('application', { ...live, state: 'retired' }, live), true],
    ['another organisation for a live one', row('binding', null, {}, { applicationState: 'live' }), true],
    ['an organisation for a draft', row('binding', null, {}, { applicationState: 'draft' }), false],
    [
      'a binding that goes live with its application',
      row('binding', {}, {}, { applicationState: 'live' }),
      false,
    ],
    ['a suspended client that runs again', row('client', { state: 'suspended' }, { state: 'active' }), true],
    [
      'a suspended organisation that runs again',
      row('organisation', { state: 'suspended' }, { state: 'active' }, { environments: null }),
      true,
    ],
    ['a retired client that runs again', row('client', { state: 'retired' }, { state: 'active' }), true],
    [
      'a retired organisation that runs again',
      row('organisation', { state: 'retired' }, { state: 'active' }),
      true,
    ],
    [
      'another workload for a client',
      row('client', { workload_subject: 'a' }, { workload_subject: 'b' }),
      true,
    ],
    ['another return target', row('client', { return_targets: ['a'] }, { return_targets: ['b'] }), true],
    ['a new client', row('client', null, { state: 'active', workload_subject: 'a' }), false],
    ['a first CIS2 client', row('cis2_client', null, { auth: 'supplier' }), true],
    [
      'another client id at CIS2',
      row('cis2_client', { registered_client_id: 'a' }, { registered_client_id: 'b' }),
      true,
    ],
    [
      'another secret of a CIS2 client',
      row(
        'cis2_client',
        { auth: 'client_secret' },
        { auth: 'client_secret', secrets_changed: ['client_secret'] },
      ),
      true,
    ],
    ['suspending a client', row('client', { state: 'active' }, { state: 'suspended' }), false],
    [
      'a set for a suspended one',
      row('application_message_set', null, {}, { applicationState: 'suspended' }),
      true,
    ],
    ['an ASID on a draft', row('application', { state: 'draft' }, { state: 'draft', asid: '2' }), false],
    ['suspending a live application', row('application', live, { ...live, state: 'suspended' }), false],
    ['a new draft', row('application', null, { ...live, state: 'draft' }), false],
    ['a key made active', row('signing_key', { state: 'PUBLISHED' }, { state: 'ACTIVE' }), true],
    ['a key retired', row('signing_key', { state: 'ACTIVE' }, { state: 'RETIRING' }), true],
    ['a key taken out', row('signing_key', { state: 'RETIRING' }, { state: 'REMOVED' }), true],
    ['a key published', row('signing_key', { state: 'PENDING' }, { state: 'PUBLISHED' }), false],
    [
      'a key deleted',
      row(
        'signing_key',
        { state: 'REMOVED', deletion_list: null },
        { state: 'REMOVED', deletion_list: '2026-11' },
      ),
      true,
    ],
    [
      'a deletion cancelled',
      row(
        'signing_key',
        { state: 'REMOVED', deletion_list: '2026-11' },
        { state: 'REMOVED', deletion_list: null },
      ),
      false,
    ],
    ['a plan for an event', row('impact_plan', null, { subject: 'organisation R69' }), true],
    ['the end of a plan', row('impact_plan', { ended_at: null }, { ended_at: '2026-11-29' }), false],
    ['a rotation policy', row('rotation_policy', null, { every_days: 90 }), true],
    ['a rotation policy given up', row('rotation_policy', { every_days: 90 }, null), true],
    ['a key made', row('signing_key', null, { state: 'PENDING' }), false],
    [
      'a wider message set',
      row('message_set', { interactions: ['A5'] }, { interactions: ['A5', 'A7'] }),
      true,
    ],
    ['a narrower one', row('message_set', { interactions: ['A5', 'A7'] }, { interactions: ['A5'] }), false],
    [
      'a set for a live application',
      row('application_message_set', null, {}, { applicationState: 'live' }),
      true,
    ],
    ['a set for a draft', row('application_message_set', null, {}, { applicationState: 'draft' }), false],
    ['a grant', row('client_grant', null, {}), true],
    ['a grant taken away', row('client_grant', {}, null), false],
    ['an appointment', row('sro_appointment', null, {}), true],
    ['a withdrawal', row('sro_appointment', {}, { withdrawn_at: 'x' }), false],
    ['a write exception', row('write_exception', null, {}), true],
    ['its revocation', row('write_exception', {}, {}), false],
    ['an assurance floor', row('assurance_floor', null, {}, { environments: null }), true],
    ['how long the trail is kept', row('trail_retention', null, { keep_online: 12 }), true],
    ['a data key to be destroyed', row('trail_retention', null, { destroy_key: 'It closed' }), true],
    ['a hold given up', row('trail_retention', { hold: 'An inquiry' }, null), true],
    ['an organisation', row('organisation', null, {}), false],
    ['no second person any more', row('environment', { four_eyes: true }, { four_eyes: false }), true],
    ['an environment served for the first time', row('environment', null, { four_eyes: true }), false],
  ] as const)('%s: %s', (_name, change, needed) => {
    expect(secondPersons([change], PROD)).toHaveLength(needed ? 1 : 0);
  });

  it('no change does where the environment has no four eyes', () => {
    const change = row('client_grant', null, {}, { environments: ['int'] });
    expect(secondPersons([change], PROD)).toEqual([]);
    expect(secondPersons([row('assurance_floor', null, {}, { environments: null })], new Set())).toEqual([]);
  });
});
