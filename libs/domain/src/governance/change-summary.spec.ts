import { describe, expect, it } from 'vitest';
import type { DiffRow } from './change-diff.js';
import { changeSummary, type Names } from './change-summary.js';

const APPLICATION_ID = '3f1c1d8e-0000-4000-8000-000000000001';
const CLIENT_ID = '3f1c1d8e-0000-4000-8000-000000000002';
const names = (sro = true): Names => ({
  organisation: (odsCode) => (odsCode === 'RCD' ? 'Sample Trust' : undefined),
  application: (id) =>
    id === APPLICATION_ID
      ? {
          organisations: ['RCD'],
          product: 'ReferWell',
          environment: 'prod',
          accessMode: 'application-restricted',
          capability: 'provider',
        }
      : undefined,
  client: (id) => (id === CLIENT_ID ? { name: 'worklist-sync', environment: 'prod' } : undefined),
  cis2Client: (id) => (id === 'c15' ? { product: 'ReferWell', environment: 'int' } : undefined),
  hasSro: () => sro,
});
const row = (table: string, before: DiffRow['before'], after: DiffRow['after']): DiffRow => ({
  table,
  key: 'key',
  before,
  after,
});

const own = { application_id: APPLICATION_ID };
const draft = { id: APPLICATION_ID, state: 'draft', asid: null };
const PROVIDER = 'ReferWell (application-restricted, provider) of Sample Trust (RCD) in prod';

describe('a requested change in one sentence', () => {
  it.each<[DiffRow, string]>([
    [
      row('environment', { name: 'prod', four_eyes: true }, { name: 'prod', four_eyes: false }),
      'Changes that matter in prod would no longer need a second person.',
    ],
    [row('application', draft, { ...draft, state: 'live' }), `${PROVIDER} would go live.`],
    [
      row('application', draft, { ...draft, state: 'live', asid: '200000002454' }),
      `${PROVIDER} would go live and have another ASID.`,
    ],
    [row('application', draft, { ...draft, state: 'retired' }), `${PROVIDER} would be retired.`],
    [row('application', draft, draft), `${PROVIDER} would have another secret.`],
    [
      row(
        'organisation',
        { ods_code: 'RCD', name: 'Sample Trust', state: 'suspended' },
        { ods_code: 'RCD', name: 'Sample Trust', state: 'active' },
      ),
      'Sample Trust (RCD) would run again.',
    ],
    [
      row('organisation', null, { ods_code: 'R69', name: 'New Trust', state: 'active' }),
      'New Trust (R69) would be added.',
    ],
    [
      row(
        'client',
        { name: 'sync', environment: 'int', state: 'active', workload_subject: 'a' },
        { name: 'sync', environment: 'int', state: 'active', workload_subject: 'b' },
      ),
      'Client sync in int would have another workload subject.',
    ],
    [
      row('client_grant', null, {
        client_id: CLIENT_ID,
        ods_code: 'RCD',
        product: 'ReferWell',
        access_mode: 'user-restricted',
        capability: null,
      }),
      'Client worklist-sync in prod would be granted ReferWell (user-restricted) of Sample Trust (RCD).',
    ],
    [row('binding', null, { ...own, ods_code: 'RCD' }), `${PROVIDER} would serve Sample Trust (RCD).`],
    [
      row('application_message_set', null, { ...own, message_set_name: 'provider-read' }),
      `${PROVIDER} would have the message set provider-read.`,
    ],
    [
      row(
        'message_set',
        { name: 'all', interactions: ['A004', 'A007'] },
        { name: 'all', interactions: ['A004', 'A005'] },
      ),
      'Message set all would also allow A005 and no longer allow A007.',
    ],
    [
      row('signing_key', { ...own, kid: 'k1', state: 'ACTIVE' }, { ...own, kid: 'k1', state: 'RETIRING' }),
      `Signing key k1 of ${PROVIDER} would be retired.`,
    ],
    [
      row(
        'signing_key',
        { ...own, kid: 'k1', state: 'REMOVED', deletion_list: null },
        { ...own, kid: 'k1', state: 'REMOVED', deletion_list: '2026-11' },
      ),
      `Signing key k1 of ${PROVIDER} would be deleted in AWS KMS after 30 days. “Key deletions” shows since when it is disabled and when it last signed.`,
    ],
    [
      row('rotation_policy', null, {
        ods_code: 'RCD',
        product: 'ReferWell',
        environment: 'int',
        every_days: 90,
      }),
      'The signing keys of ReferWell of Sample Trust (RCD) in int would rotate every 90 days.',
    ],
    [
      row(
        'rotation_policy',
        { ods_code: null, product: 'ReferWell', environment: 'int', every_days: 90 },
        null,
      ),
      'The signing keys of the CIS2 client of ReferWell in int would no longer rotate by themselves.',
    ],
    [
      row('trail_retention', null, { ods_code: null, keep_online: 12, retention: 96, hold: null }),
      'The audit trail would stay in the database for 12 months, and be kept for 96 months.',
    ],
    [
      row('trail_retention', { ods_code: null, keep_online: 12 }, { ods_code: null, keep_online: null }),
      'The audit trail would stay in the database always, and be kept for ever.',
    ],
    [
      row('trail_retention', null, { ods_code: 'RCD', retention: 120, hold: 'An inquiry' }),
      'Records of Sample Trust (RCD) would be kept for 120 months and would be held: An inquiry.',
    ],
    [
      row('trail_retention', null, { ods_code: 'RCD', destroy_key: 'It closed in 2018' }),
      'Records of Sample Trust (RCD) would be kept as long as all others and would not be held. Once that time is over, its data key could be destroyed, after which its patients can never be read or found in the audit trail again: It closed in 2018.',
    ],
    [
      row('trail_retention', { ods_code: 'RCD', retention: 120, hold: 'An inquiry' }, null),
      'Records of Sample Trust (RCD) would be kept as long as all others and would not be held.',
    ],
    [
      row('sro_appointment', null, {
        ods_code: 'RCD',
        name: 'Sam Owner',
        role: 'owner',
        environments: ['int', 'prod'],
      }),
      'Sam Owner would be appointed as SRO of Sample Trust (RCD) in int, prod.',
    ],
    [
      row('write_exception', null, { ...own, interaction: 'A013', expires_at: '2026-12-31T00:00:00.000Z' }),
      `${PROVIDER} would be allowed to send A013, which writes to e-RS, until 2026-12-31.`,
    ],
    [
      row('assurance_floor', null, { ods_code: null, level: 3 }),
      'Users of all organisations would need a minimum of AAL3.',
    ],
    [
      row('assurance_floor', { ods_code: 'RCD', level: 3 }, null),
      'Users of Sample Trust (RCD) would need no minimum.',
    ],
    [
      row('audit_record', { identifier: 'hidden' }, { to: 'Omar', time: '2026-11-02T10:00:00.000Z' }),
      'Omar would be shown which patients a request of 2026-11-02 was about, for an hour.',
    ],
  ])('%j', (change, sentence) => {
    expect(changeSummary([change], names())).toEqual([sentence]);
  });
});

it('says if an application would go live without a responsible owner', () => {
  const goesLive = row('application', draft, { ...draft, state: 'live' });
  expect(changeSummary([goesLive], names(false))).toEqual([`${PROVIDER} would go live; no SRO is in force.`]);
});

it('begins with what matters most, says each thing once, and leaves out what follows from it', () => {
  const added = {
    id: 'new 1',
    product: 'ReferWell',
    environment: 'int',
    access_mode: 'user-restricted',
    state: 'live',
  };
  expect(
    changeSummary(
      [
        row('organisation', null, { ods_code: 'R69', name: 'New Trust', state: 'active' }),
        row('binding', null, { application_id: 'new 1', ods_code: 'R69', live: true }),
        row('application_message_set', null, { application_id: 'new 1', message_set_name: 'all' }),
        row('application', null, added),
        row('application as it would be', null, { name: 'x' }),
      ],
      names(),
    ),
  ).toEqual([
    'ReferWell (user-restricted) of New Trust (R69) in int would be added and go live.',
    'New Trust (R69) would be added.',
  ]);
});
