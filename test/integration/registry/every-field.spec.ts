/** Checks every field of every record from the registry file to the database and back, so that none is forgotten. */
import { columnsOf, type RecordField } from '@gatehouse/domain/registry/records/record-fields';
import {
  REGISTRY_LISTS,
  REGISTRY_RECORDS,
  type RegistryList,
} from '@gatehouse/domain/registry/records/registry-records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { type FieldSample, IDENTITIES, SAMPLES } from '../../support/every-field.ts';

let admin: AdminApi;

beforeAll(async () => {
  const environments = new Map([['int', { kind: 'authenticated' as const, fourEyes: false }]]);
  admin = await startAdmin({ environments });
  await apply(document());
});
afterAll(() => admin.close());

const setFourEyes = (fourEyes: boolean) =>
  admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes } });

const samplesOf = (list: RegistryList) => Object.entries<FieldSample<unknown>>(SAMPLES[list]);
const CASES = REGISTRY_LISTS.flatMap((list) =>
  samplesOf(list).map(([field, sample]) => [list, field, sample] as const),
);

/** Every record with the first value of every field, except for one field that has its second. */
function document(changed?: { readonly list: RegistryList; readonly field: string }) {
  const entry = (list: RegistryList) => ({
    ...IDENTITIES[list],
    ...Object.fromEntries(
      samplesOf(list).map(([field, { from, to }]) => [
        field,
        changed?.list === list && changed.field === field ? to : from,
      ]),
    ),
  });
  return {
    apiVersion: 'gatehouse/v1',
    organisations: [entry('organisations'), { odsCode: 'RCD', name: 'Other NHS Trust' }],
    products: [entry('products'), { name: 'ReferWell' }],
    messageSets: [entry('messageSets'), { name: 'provider-more', interactions: ['A008'] }],
    applications: [entry('applications')],
    cis2Clients: [entry('cis2Clients')],
    clients: [entry('clients')],
  };
}

const apply = async (body: object): Promise<{ type: string; rules?: readonly string[] }> => {
  const answer = await admin.call('POST', '/api/v1/registry/apply', { document: body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.at(-1);
};

interface Change {
  readonly kind: string;
  readonly action: string;
  readonly fields: readonly { readonly name: string }[];
}

async function changes(body: object): Promise<Change[]> {
  const answer = await admin.call('POST', '/api/v1/registry/diff', { document: body });
  expect(answer.status, answer.text).toBe(200);
  return (answer.body.changes as Change[]).filter(({ action }) => action !== 'unchanged');
}

/** The record of the samples as the admin API shows it; products and message sets have no record of their own there. */
async function recordInApi(list: RegistryList): Promise<Readonly<Record<string, unknown>> | null> {
  if (list === 'products') return null;
  const path =
    { cis2Clients: '/cis2-clients', clients: '/clients', messageSets: '/message-sets' }[list as string] ??
    `/${list}`;
  const { body } = await admin.call('GET', `/api/v1${path}`);
  return theOne(list, body.items);
}

async function exported(list: RegistryList): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await admin.call('GET', '/api/v1/registry/export');
  const record = theOne(list, body[list]);
  return 'organisation' in record ? { ...record, organisations: [record['organisation']] } : record;
}

function theOne(list: RegistryList, items: readonly Readonly<Record<string, unknown>>[]) {
  const identity = Object.entries(IDENTITIES[list]);
  const records = items.filter((item) => identity.every(([name, value]) => item[name] === value));
  expect(records).toHaveLength(1);
  return records[0] ?? {};
}

describe.each(CASES)('%s: %s', (list, field, { to, inApi = to, inExport = inApi }) => {
  const changed = document({ list, field });

  it('is compared, written, shown and exported', async () => {
    await setFourEyes(false);
    const planned = await changes(changed);
    expect(planned).toMatchObject([{ kind: REGISTRY_RECORDS[list].kind, fields: [{ name: field }] }]);
    expect(planned[0]?.fields).toHaveLength(1);
    expect((await apply(changed)).type).toBe('done');
    expect(await changes(changed)).toEqual([]);
    const record = await recordInApi(list);
    if (record !== null) expect(record[field]).toEqual(inApi);
    const exportedRecord = await exported(list);
    if (inExport === null) expect(exportedRecord).not.toHaveProperty(field);
    else expect(exportedRecord[field]).toEqual(inExport);
    expect((await apply(document())).type).toBe('done');
    expect(await changes(document())).toEqual([]);
  });

  it('needs a second person only if a rule says so', async () => {
    await setFourEyes(true);
    const { secondPerson: rule } = Object.fromEntries(samplesOf(list))[field] ?? {};
    const outcome = await apply(changed);
    if (rule === null) {
      expect(outcome.type).toBe('done');
      await setFourEyes(false);
      await apply(document());
    } else expect(outcome).toMatchObject({ type: 'pending', rules: [rule] });
  });
});

const TABLES: Readonly<Record<RegistryList, string>> = {
  organisations: 'organisation',
  products: 'product',
  messageSets: 'message_set',
  applications: 'application',
  cis2Clients: 'cis2_client',
  clients: 'client',
};

it.each(REGISTRY_LISTS)('the columns of %s are those of its fields', async (list) => {
  const rows = await admin.db.$queryRaw<{ column: string }[]>`
    SELECT column_name::text AS column FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = ${TABLES[list]}`;
  const internal = ['id', 'jwks_id', 'created_at'];
  const columns = rows.map(({ column }) => column).filter((column) => !internal.includes(column));
  const fields = Object.entries<RecordField>(REGISTRY_RECORDS[list].fields);
  expect(columns.toSorted()).toEqual(fields.flatMap(([name, field]) => columnsOf(name, field)).toSorted());
});

it('a column that may hold a secret has a name that keeps it out of the record of changes', async () => {
  const rows = await admin.db.$queryRaw<{ column: string; secret: boolean }[]>`
    SELECT DISTINCT c.column_name::text AS column, registry_is_secret(c.column_name::text) AS secret
    FROM information_schema.columns c
    JOIN information_schema.triggers t
      ON (t.event_object_schema, t.event_object_table) = (c.table_schema, c.table_name)
    WHERE t.trigger_name = 'registry_record' AND (c.data_type = 'bytea' OR c.column_name ~ 'secret|hash|digest')
    ORDER BY 1`;
  expect(rows.map(({ column }) => column)).toContain('api_secret_sealed');
  expect(rows.filter(({ secret }) => !secret)).toEqual([]);
});
