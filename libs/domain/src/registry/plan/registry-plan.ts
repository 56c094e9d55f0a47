/**
 * What applying a registry file would do, decided before anything is written.
 *
 * Pure, and the same for `diff` and `apply`. What the file leaves out stays as it is, so a plan never removes
 * anything unless the file says so; applying the same file twice plans nothing the second time. A plan with faults
 * must not be carried out, and every fault is reported at once with a JSON pointer to its place.
 */
import type { ApplicationRecord } from '../records/application-fields.js';
import type { Cis2ClientRecord } from '../records/cis2-client-fields.js';
import type { ClientRecord } from '../records/client-fields.js';
import type { DigestSecret } from '../records/field-kinds.js';
import { type EntryOf, recordFrom, type RecordFields, type RecordOf } from '../records/record-fields.js';
import {
  type CurrentRegistry,
  type MessageSetRecord,
  type OrganisationRecord,
  type ProductRecord,
  type RecordKind,
  REGISTRY_LISTS,
  REGISTRY_RECORDS,
  type RegistryDocument,
  type RegistryList,
} from '../records/registry-records.js';
import { planApplications } from './plan-applications.js';
import { planCis2Clients } from './plan-cis2-clients.js';
import { planClients } from './plan-clients.js';
import { type Planned, planRecord, type RegistryChange } from './registry-change.js';
import { lookAlikeFaults, nameFaults, type RegistryFault, repeatFaults } from './registry-fault.js';
import { writtenTextFaults } from './written-text-faults.js';

export interface RegistryPlan extends Readonly<Record<RegistryList, readonly Planned<object>[]>> {
  readonly faults: readonly RegistryFault[];
  readonly organisations: readonly Planned<OrganisationRecord>[];
  readonly products: readonly Planned<ProductRecord>[];
  readonly messageSets: readonly Planned<MessageSetRecord>[];
  readonly applications: readonly Planned<ApplicationRecord>[];
  readonly cis2Clients: readonly Planned<Cis2ClientRecord>[];
  readonly clients: readonly Planned<ClientRecord>[];
}

/**
 * @param digestSecret stands for a secret when it is compared with the one that is sealed; must be the digest that
 *   the current records were made with
 */
export function planRegistry(
  current: CurrentRegistry,
  document: RegistryDocument,
  digestSecret: DigestSecret,
): RegistryPlan {
  const { organisations, products, messageSets } = planSimpleLists(current, document, digestSecret);
  const afterwards = {
    ...current,
    organisations: merged(current.organisations, organisations, (record) => record.odsCode),
    products: merged(current.products, products, (record) => record.name),
    messageSets: merged(current.messageSets, messageSets, (record) => record.name),
  };
  const applications = planApplications(afterwards, document.applications, digestSecret);
  const cis2Clients = planCis2Clients(afterwards, document.cis2Clients, digestSecret);
  const clients = planClients(afterwards, document.clients, digestSecret);
  const planned = {
    organisations,
    products,
    messageSets,
    applications: applications.planned,
    cis2Clients: cis2Clients.planned,
    clients: clients.planned,
  };
  return {
    faults: [
      ...listFaults(document, current),
      ...REGISTRY_LISTS.flatMap((list) => writtenTextFaults(list, document[list], planned[list])),
      ...applications.faults,
      ...cis2Clients.faults,
      ...clients.faults,
    ],
    ...planned,
  };
}

/** All changes of a plan, in the order in which they are carried out. */
export function changesOf(plan: RegistryPlan): RegistryChange[] {
  return REGISTRY_LISTS.flatMap((list) => plan[list].map(({ change }) => change));
}

/** The records whose entries name them by one field. */
function planSimpleLists(current: CurrentRegistry, document: RegistryDocument, digestSecret: DigestSecret) {
  const { organisations, products, messageSets } = REGISTRY_RECORDS;
  const inOrder = document.messageSets.map((entry) => {
    return { ...entry, interactions: entry.interactions.toSorted() };
  });
  return {
    organisations: document.organisations.map((entry) =>
      planEntry(organisations, entry.odsCode, entry, current.organisations, digestSecret),
    ),
    products: document.products.map((entry) =>
      planEntry(products, entry.name, entry, current.products, digestSecret),
    ),
    messageSets: inOrder.map((entry) =>
      planEntry(messageSets, entry.name, entry, current.messageSets, digestSecret),
    ),
  };
}

function planEntry<F extends RecordFields>(
  { kind, fields }: { readonly kind: RecordKind; readonly fields: F },
  key: string,
  entry: EntryOf<F>,
  current: ReadonlyMap<string, RecordOf<F>>,
  digestSecret: DigestSecret,
): Planned<RecordOf<F>> {
  const before = current.get(key) ?? null;
  return planRecord({ kind, key, fields }, before, recordFrom(fields, entry, before, digestSecret));
}

function listFaults(document: RegistryDocument, current: CurrentRegistry): RegistryFault[] {
  const { interactions } = current;
  return [
    ...repeatFaults(document.organisations, {
      list: '/organisations',
      field: 'odsCode',
      keyOf: ({ odsCode }) => odsCode,
    }),
    ...repeatFaults(document.products, { list: '/products', field: 'name', keyOf: ({ name }) => name }),
    ...repeatFaults(document.messageSets, { list: '/messageSets', field: 'name', keyOf: ({ name }) => name }),
    ...lookAlikeFaults(
      '/organisations',
      'organisation',
      document.organisations.map(({ odsCode, name }) => ({ key: odsCode, name })),
      [...current.organisations.values()].map(({ odsCode, name }) => ({ key: odsCode, name })),
    ),
    ...lookAlikeFaults(
      '/products',
      'product',
      document.products.map(({ name }) => ({ key: name, name })),
      [...current.products.keys()].map((name) => ({ key: name, name })),
    ),
    ...document.messageSets.flatMap((entry, at) =>
      nameFaults(`/messageSets/${at}/interactions`, entry.interactions, interactions, 'interaction'),
    ),
  ];
}

function merged<R>(
  current: ReadonlyMap<string, R>,
  planned: readonly Planned<R>[],
  keyOf: (record: R) => string,
): ReadonlyMap<string, R> {
  return new Map([...current, ...planned.map(({ record }) => [keyOf(record), record] as const)]);
}
