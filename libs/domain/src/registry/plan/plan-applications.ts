/** Applications of a registry file. */
import {
  APPLICATION_FIELDS,
  applicationKey,
  type ApplicationRecord,
  type DocumentApplication,
  organisationsOf,
} from '../records/application-fields.js';
import type { DigestSecret } from '../records/field-kinds.js';
import { recordFrom } from '../records/record-fields.js';
import type { CurrentRegistry } from '../records/registry-records.js';
import { entryFaults, sharedIdentifierFaults } from './application-faults.js';
import { matchApplications } from './match-applications.js';
import { type Planned, planRecord } from './registry-change.js';
import type { RegistryFault } from './registry-fault.js';

export function planApplications(
  current: CurrentRegistry,
  entries: readonly DocumentApplication[],
  digestSecret: DigestSecret,
): { readonly planned: Planned<ApplicationRecord>[]; readonly faults: RegistryFault[] } {
  const { matches, faults } = matchApplications(current.applications, entries);
  const plans = entries.map((entry, at) => {
    return { entry, planned: planEntry(entry, matches.get(at) ?? null, digestSecret) };
  });
  const planned = plans.map((plan) => plan.planned);
  return {
    planned,
    faults: [
      ...faults,
      ...plans.flatMap(({ entry, planned: { record } }, at) =>
        entryFaults(`/applications/${at}`, entry, record, current),
      ),
      ...sharedIdentifierFaults(planned, current.applications),
    ],
  };
}

function planEntry(
  entry: DocumentApplication,
  before: ApplicationRecord | null,
  digestSecret: DigestSecret,
): Planned<ApplicationRecord> {
  const written = { ...entry, organisations: organisationsOf(entry) };
  const values = recordFrom(APPLICATION_FIELDS, written, before, digestSecret);
  const record: ApplicationRecord = { ...values, id: before?.id ?? null };
  const place = { kind: 'application', key: applicationKey(record), fields: APPLICATION_FIELDS } as const;
  const planned = planRecord<typeof APPLICATION_FIELDS, ApplicationRecord>(place, before, record);
  // There is nothing to retire.
  if (before === null && record.state === 'retired') {
    return { ...planned, change: { ...planned.change, action: 'unchanged', fields: [] } };
  }
  return planned;
}
