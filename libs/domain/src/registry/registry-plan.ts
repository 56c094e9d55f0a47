/**
 * What applying a registry file would do, decided before anything is written.
 *
 * Pure, and the same for `diff` and `apply`. What the file leaves out stays as it is, so a plan never removes
 * anything that is not said; applying the same file twice plans nothing the second time. A plan with faults must
 * not be carried out, and every fault is reported at once with a JSON pointer to its place.
 */
import { faultRepeats, faultUnknown, field, plan } from './registry-change.js';
import type { Planned, RegistryChange, RegistryFault } from './registry-change.js';
import { planApplications } from './registry-plan-applications.js';
import { planClients } from './registry-plan-clients.js';
import type {
  ApplicationRecord,
  ClientRecord,
  CurrentRegistry,
  Document,
  MessageSetRecord,
  OrganisationRecord,
  ProductRecord,
} from './registry-document.js';

export interface RegistryPlan {
  readonly faults: readonly RegistryFault[];
  readonly organisations: readonly Planned<OrganisationRecord>[];
  readonly products: readonly Planned<ProductRecord>[];
  readonly messageSets: readonly Planned<MessageSetRecord>[];
  readonly applications: readonly Planned<ApplicationRecord>[];
  readonly clients: readonly Planned<ClientRecord>[];
}

/**
 * @param digestSecret stands for an API secret when it is compared with the one held; must be the digest that
 *   `ApplicationRecord.apiSecretDigest` was made with
 */
export function planRegistry(
  current: CurrentRegistry,
  document: Document,
  digestSecret: (secret: string) => string,
): RegistryPlan {
  const faults: RegistryFault[] = [];
  const organisations = document.organisations.map((entry): Planned<OrganisationRecord> => {
    const before = current.organisations.get(entry.odsCode) ?? null;
    const record = {
      odsCode: entry.odsCode,
      name: entry.name,
      state: entry.state ?? before?.state ?? 'active',
    };
    return plan('organisation', entry.odsCode, before, record, [
      field('name', 'name'),
      field('state', 'state'),
    ]);
  });
  const products = document.products.map((entry): Planned<ProductRecord> => {
    const before = current.products.get(entry.name) ?? null;
    const record = { name: entry.name, state: entry.state ?? before?.state ?? 'active' };
    return plan('product', entry.name, before, record, [field('state', 'state')]);
  });
  const messageSets = document.messageSets.map((entry): Planned<MessageSetRecord> => {
    const before = current.messageSets.get(entry.name) ?? null;
    const interactions = entry.interactions.toSorted();
    const record = { name: entry.name, interactions };
    return plan('messageSet', entry.name, before, record, [field('interactions', 'interactions')]);
  });
  faultRepeats(faults, '/organisations', document.organisations, (entry) => entry.odsCode, 'odsCode');
  faultRepeats(faults, '/products', document.products, (entry) => entry.name, 'name');
  faultRepeats(faults, '/messageSets', document.messageSets, (entry) => entry.name, 'name');
  document.messageSets.forEach((entry, at) => {
    faultUnknown(
      faults,
      `/messageSets/${at}/interactions`,
      entry.interactions,
      current.interactions,
      'interaction',
    );
  });

  const afterwards = {
    ...current,
    organisations: merged(current.organisations, organisations, (record) => record.odsCode),
    products: merged(current.products, products, (record) => record.name),
    messageSets: merged(current.messageSets, messageSets, (record) => record.name),
  };
  const applications = planApplications(afterwards, document.applications, faults, digestSecret);
  const clients = planClients(afterwards, document.clients, faults);
  return { faults, organisations, products, messageSets, applications, clients };
}

/** All changes of a plan, in the order in which they are carried out. */
export function changesOf(plan: RegistryPlan): RegistryChange[] {
  return [plan.organisations, plan.products, plan.messageSets, plan.applications, plan.clients].flatMap(
    (part) => part.map(({ change }) => change),
  );
}

function merged<R>(
  current: ReadonlyMap<string, R>,
  planned: readonly Planned<R>[],
  keyOf: (record: R) => string,
): ReadonlyMap<string, R> {
  return new Map([...current, ...planned.map(({ record }) => [keyOf(record), record] as const)]);
}
