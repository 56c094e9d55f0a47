/** CIS2 clients of a registry file. */
import {
  CIS2_CLIENT_FIELDS,
  cis2ClientKey,
  type Cis2ClientRecord,
  type DocumentCis2Client,
} from '../records/cis2-client-fields.js';
import type { DigestSecret } from '../records/field-kinds.js';
import { recordFrom } from '../records/record-fields.js';
import type { CurrentRegistry } from '../records/registry-records.js';
import { type Planned, planRecord } from './registry-change.js';
import { type RegistryFault, repeatFaults, takenFaults, unknownName } from './registry-fault.js';

export function planCis2Clients(
  current: CurrentRegistry,
  entries: readonly DocumentCis2Client[],
  digestSecret: DigestSecret,
): { readonly planned: Planned<Cis2ClientRecord>[]; readonly faults: RegistryFault[] } {
  const planned = entries.map((entry) => {
    const key = cis2ClientKey(entry);
    const before = current.cis2Clients.get(key) ?? null;
    const record = recordFrom(CIS2_CLIENT_FIELDS, entry, before, digestSecret);
    return planRecord({ kind: 'cis2Client', key, fields: CIS2_CLIENT_FIELDS }, before, record);
  });
  const faults = [
    ...repeatFaults(entries, { list: '/cis2Clients', field: 'product', keyOf: cis2ClientKey }),
    ...sharedClientIdFaults(planned, current),
    ...entries.flatMap((entry, at) => {
      const record = planned[at]?.record;
      return record === undefined ? [] : cis2ClientFaults(`/cis2Clients/${at}`, entry, record, current);
    }),
  ];
  return { planned, faults };
}

/** @param record what the entry would make of the client */
function cis2ClientFaults(
  pointer: string,
  entry: DocumentCis2Client,
  record: Cis2ClientRecord,
  { environments, products }: CurrentRegistry,
): RegistryFault[] {
  const faults: RegistryFault[] = [];
  const fault = (at: string, detail: string) => faults.push({ pointer: `${pointer}${at}`, detail });
  const kind = environments.get(entry.environment);
  if (kind === undefined) fault('/environment', unknownName('environment', entry.environment));
  if (kind === 'open') fault('/environment', `${entry.environment} is open: it has no users who sign in`);
  const product = products.get(entry.product);
  if (product === undefined) fault('/product', unknownName('product', entry.product));
  if (record.state === 'retired') return faults;
  if (product?.state === 'retired') fault('/product', `product ${entry.product} is retired`);
  if (record.auth === 'client_secret' && record.clientSecret === null)
    fault('', 'auth client_secret needs the clientSecret, which CIS2 issues');
  return faults;
}

/** The `aud` of an ID token names one product: a client id belongs to one CIS2 client of an environment. */
function sharedClientIdFaults(
  planned: readonly Planned<Cis2ClientRecord>[],
  current: CurrentRegistry,
): RegistryFault[] {
  const records = planned.map(({ record }) => record);
  const planning = new Set(records.map(cis2ClientKey));
  const others = [...current.cis2Clients.values()].filter((record) => !planning.has(cis2ClientKey(record)));
  const unique = { list: '/cis2Clients', field: 'clientId', keyOf: clientIdKey };
  return [
    ...repeatFaults(records, unique),
    ...takenFaults(records, others, unique, ({ product, environment }) => ({
      detail: `this client id is already that of ${product} in ${environment}`,
    })),
  ];
}

const clientIdKey = ({ environment, clientId }: Cis2ClientRecord): string => `${environment}/${clientId}`;
