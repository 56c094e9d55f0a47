import { describe, expect, it } from 'vitest';
import { APPLICATION_FIELDS, type ApplicationRecord, exportedApplication } from './application-fields.js';
import { CLIENT_FIELDS } from './client-fields.js';
import {
  columnsOf,
  comparedFields,
  type EntryOf,
  exportedRecord,
  namesOf,
  type RecordField,
  recordFrom,
  secondPersonOf,
  shownRecord,
} from './record-fields.js';
import { REGISTRY_LISTS, REGISTRY_RECORDS } from './registry-records.js';

const digest = (secret: string) => `digest of ${secret.length}`;
const entry: EntryOf<typeof APPLICATION_FIELDS> = {
  organisations: ['R69'],
  product: 'ReferWell',
  environment: 'int',
  accessMode: 'user-restricted',
};
const application = (
  written: Partial<EntryOf<typeof APPLICATION_FIELDS>>,
  before: ApplicationRecord | null = null,
) => ({ id: null, ...recordFrom(APPLICATION_FIELDS, { ...entry, ...written }, before, digest) });

describe('a record made from an entry of the registry file', () => {
  it('begins with the default of each field', () => {
    expect(application({})).toMatchObject({
      id: null,
      ...entry,
      capability: null,
      asidSharedWith: [],
      apiSecret: null,
      state: 'draft',
    });
  });

  it('keeps what the entry leaves out, and replaces a list as a whole', () => {
    const before = application({ asid: '200000002454', messageSets: ['one'], state: 'live' });
    expect(application({}, before)).toEqual(before);
    expect(application({ messageSets: [] }, before)).toEqual({ ...before, messageSets: [] });
  });

  it('loses what the entry empties', () => {
    const before = application({ asid: '200000002454', apimApplicationId: 'abc-1' });
    expect(application({ apimApplicationId: null }, before)).toEqual({ ...before, apimApplicationId: null });
  });

  it('has a secret to seal only if the secret is a new one', () => {
    const before = application({ apiSecret: 'a secret' });
    expect(before.apiSecret).toEqual({ digest: 'digest of 8', toSeal: 'a secret' });
    const sealed = { ...before, apiSecret: { digest: 'digest of 8', toSeal: null } };
    expect(application({ apiSecret: 'a secret' }, sealed).apiSecret?.toSeal).toBeNull();
    expect(application({ apiSecret: 'another' }, sealed).apiSecret?.toSeal).toBe('another');
  });
});

describe('what people see of a record', () => {
  const record = application({
    apiKey: 'theKey0123456789abcdefKKLL',
    apiSecret: 'TopSecret',
  });

  it('has masked API keys and no secrets, wherever it is shown', () => {
    expect(shownRecord(APPLICATION_FIELDS, record)).toMatchObject({
      apiKey: 'theK…KKLL',
      apiSecret: '(hidden)',
      asid: null,
    });
    expect(exportedApplication(record)).toEqual({
      organisation: 'R69',
      product: 'ReferWell',
      environment: 'int',
      accessMode: 'user-restricted',
      apiKey: 'theK…KKLL',
      messageSets: [],
      state: 'draft',
    });
    const visible = comparedFields(APPLICATION_FIELDS, record).map((field) => field.visible);
    expect(JSON.stringify(visible)).not.toMatch(/TopSecret|theKey|digest/);
  });

  it.each([
    ['abcdefgh12345678abcdefgh12345678', 'abcd…5678 (32 characters: letters and digits)'],
    ['#N/A', '•••••••• (4 characters: letters and punctuation)'],
    ['1.23457E+31', '•••••••• (11 characters: letters, digits and punctuation)'],
  ])('the preview of a new API key shows enough of %s to notice a mistake', (apiKey, visible) => {
    const fields = comparedFields(APPLICATION_FIELDS, application({ apiKey }));
    expect(fields.find(({ name }) => name === 'apiKey')?.visible).toBe(visible);
  });

  it('the preview of a new secret says its length and kind of characters, and never the secret', () => {
    const sealed = comparedFields(APPLICATION_FIELDS, application({ apiSecret: 'TopSecret' }));
    expect(sealed.find(({ name }) => name === 'apiSecret')?.visible).toBe('(hidden) (9 characters: letters)');
  });

  it('is exported without null, at any depth', () => {
    const grant = { organisation: 'R69', product: 'P', accessMode: 'user-restricted' } as const;
    const client = recordFrom(
      CLIENT_FIELDS,
      { name: 'c', environment: 'int', grants: [grant] },
      null,
      digest,
    );
    expect(exportedRecord(CLIENT_FIELDS, client)).toEqual({
      name: 'c',
      environment: 'int',
      grants: [grant],
      rateShare: 'single',
      state: 'active',
    });
  });
});

describe('the text by which workloads are compared', () => {
  const textOf = (audience: string, subject: string) =>
    CLIENT_FIELDS.workload.holds.compared({ issuer: 'https://idp.example', audience, subject });

  it('differs for any two that are not the same', () => {
    expect(textOf('a" as "b', 'c')).not.toBe(textOf('a', 'b" as "c'));
  });
});

const FIELDS = REGISTRY_LISTS.flatMap((list) => {
  const fields: Readonly<Record<string, RecordField>> = REGISTRY_RECORDS[list].fields;
  return namesOf(fields).map((name) => ({ list, name, field: fields[name] as RecordField }));
});

describe.each(FIELDS)('$list: $name', ({ field, name }) => {
  it('either names the record or says whether a change of it needs a second person', () => {
    expect('identity' in field).toBe(secondPersonOf(field) === undefined);
  });

  it('has columns in snake case', () => {
    for (const column of columnsOf(name, field)) expect(column).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  });
});
