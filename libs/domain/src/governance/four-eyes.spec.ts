import { describe, expect, it } from 'vitest';
import {
  decisionRefusal,
  isUndo,
  type Requested,
  type RowChange,
  secondPersons,
  stableDiff,
  UNDO_STOP_MS,
} from './four-eyes.js';

const row = (table: string, before: object | null, after: object | null, more: Partial<RowChange> = {}) =>
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
      'another API key or secret on one, though masked they look the same',
      row('application', live, { ...live, secrets_changed: ['api_key'] }),
      true,
    ],
    [
      'its id in NHS England’s portal',
      row('application', live, { ...live, apim_application_id: 'x' }),
      false,
    ],
    [
      'an ASID on a suspended one',
      row('application', { ...live, state: 'suspended' }, { ...live, asid: '2' }),
      true,
    ],
    ['a live one put back to draft', row('application', live, { ...live, state: 'draft' }), true],
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
    [
      'another CIS2 client of a live one',
      row('application', live, { ...live, cis2: { clientId: 'x' } }),
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
    ['retiring a live one', row('application', live, { ...live, state: 'retired' }), false],
    ['a key made active', row('signing_key', { state: 'PUBLISHED' }, { state: 'ACTIVE' }), true],
    ['a key retired', row('signing_key', { state: 'ACTIVE' }, { state: 'RETIRING' }), true],
    ['a key taken out', row('signing_key', { state: 'RETIRING' }, { state: 'REMOVED' }), true],
    ['a key published', row('signing_key', { state: 'PENDING' }, { state: 'PUBLISHED' }), false],
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
    ['an organisation', row('organisation', null, {}), false],
  ] as const)('%s: %s', (_name, change, needed) => {
    expect(secondPersons([change], PROD)).toHaveLength(needed ? 1 : 0);
  });

  it('none where the environment asks for none', () => {
    const change = row('client_grant', null, {}, { environments: ['int'] });
    expect(secondPersons([change], PROD)).toEqual([]);
    expect(secondPersons([row('assurance_floor', null, {}, { environments: null })], new Set())).toEqual([]);
  });
});

describe('who may decide', () => {
  const requested: Requested = {
    requestedByStaff: 'priya',
    requestedByEmail: 'priya@example.org',
    state: 'pending',
    expiresAtMs: 1_000,
    odsCodes: ['R69'],
    deciders: [['platform-engineer', 'governance-officer']],
  };
  const gita = {
    staffId: 'gita',
    email: 'gita@example.org',
    roles: [{ role: 'governance-officer', odsCodes: null }],
    scopes: null,
  } as const;
  const elsewhere = [{ role: 'governance-officer', odsCodes: ['RCD'] }] as const;
  const auditor = [{ role: 'auditor', odsCodes: null }] as const;
  const governanceOnly = [...requested.deciders, ['governance-officer'] as const];
  const engineer = [{ role: 'platform-engineer', odsCodes: null }] as const;

  it.each([
    ['another person with the role', requested, gita, 0, null],
    ['another account of theirs', requested, { ...gita, email: 'Priya@Example.org' }, 0, 'same-person'],
    ['somebody without an address', requested, { ...gita, email: null }, 0, null],
    ['the one who asked', requested, { ...gita, staffId: 'priya' }, 0, 'same-person'],
    [
      'a token of no person',
      requested,
      { staffId: null, email: null, roles: null, scopes: ['registry'] },
      0,
      'not-a-person',
    ],
    ['a personal token', requested, { ...gita, scopes: ['governance'] }, 0, 'role'],
    ['an auditor', requested, { ...gita, roles: auditor }, 0, 'role'],
    ['an officer of other organisations', requested, { ...gita, roles: elsewhere }, 0, 'role'],
    [
      'one role where two are needed',
      { ...requested, deciders: governanceOnly },
      { ...gita, roles: engineer },
      0,
      'role',
    ],
    ['too late', requested, gita, 1_000, 'expired'],
    ['a second time', { ...requested, state: 'approved' }, gita, 0, 'not-pending'],
    ['on the request of a service', { ...requested, requestedByStaff: null }, gita, 0, null],
  ] as const)('%s', (_name, of, by, nowMs, expected) => {
    expect(decisionRefusal(of, by, nowMs)).toBe(expected);
  });
});

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
    const of = (expires: string) =>
      stableDiff([{ table: 'write_exception', key: 'x', before: null, after: { expires_at: expires } }]);
    expect(of('2027-01-01')).not.toEqual(of('2028-01-01'));
  });
});

describe('who may lift a stop alone', () => {
  const stop = { stoppedByStaff: 'priya', stoppedAtMs: 0 };
  it.each([
    ['whoever made it, at once', stop, 'priya', UNDO_STOP_MS - 1, true],
    ['later on', stop, 'priya', UNDO_STOP_MS, false],
    ['somebody else', stop, 'gita', 0, false],
    ['a service', { ...stop, stoppedByStaff: null }, null, 0, false],
  ] as const)('%s: %#', (_name, of, staffId, nowMs, expected) => {
    expect(isUndo(of, { staffId }, nowMs)).toBe(expected);
  });
});
