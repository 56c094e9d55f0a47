/** A change of one organisation or application: a registry document of one entry, planned and applied like any other. */
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { EMPTY_DOCUMENT, type RegistryDocument } from '@gatehouse/domain/registry/records/registry-records';
import type { DocumentApplication } from '@gatehouse/domain/registry/records/application-fields';
import type { AdminDeps } from '../deps.js';
import { AdminProblem, conflict } from '../http/problem.js';
import { applyRegistry } from '../registry/apply.store.js';
import { type Change, changing } from '../http/transaction.store.js';
import { showApplication, showOrganisation } from './records.store.js';

type OrganisationInput = Pick<InputOf<'organisationChange'>, 'params' | 'body'>;
type ApplicationInput = Pick<InputOf<'applicationChange'>, 'params' | 'body'>;

const silently = () => Promise.resolve();

export async function changeOrganisation(
  deps: AdminDeps,
  change: Change,
  { params: { odsCode }, body }: OrganisationInput,
  reach: Reach,
) {
  return changing(deps.db, change, async (transaction) => {
    const { record } = await showOrganisation(transaction, odsCode, reach);
    const entry = { odsCode, name: body.name ?? record.name, state: body.state };
    await applyEntry(deps, { ...change, transaction }, { ...EMPTY_DOCUMENT, organisations: [entry] }, reach);
    return showOrganisation(transaction, odsCode, reach);
  });
}

export async function changeApplication(
  deps: AdminDeps,
  change: Change,
  { params: { id }, body: { reason: _, ...fields } }: ApplicationInput,
  reach: Reach,
) {
  return changing(deps.db, change, async (transaction) => {
    const { record } = await showApplication(transaction, id, deps.publicUrl, reach);
    if (record.state === 'retired') throw conflict('This application is retired: it never changes again.');
    const entry: DocumentApplication = {
      id,
      organisations: record.organisations,
      product: record.product,
      environment: record.environment,
      accessMode: record.accessMode,
      capability: record.capability ?? undefined,
      ...fields,
    };
    await applyEntry(deps, { ...change, transaction }, { ...EMPTY_DOCUMENT, applications: [entry] }, reach);
    return showApplication(transaction, id, deps.publicUrl, reach);
  });
}

/** Faults are told in the body that was sent, which is the entry. */
async function applyEntry(
  deps: AdminDeps,
  change: Change,
  document: RegistryDocument,
  reach: Reach,
): Promise<void> {
  try {
    await applyRegistry(deps, change, document, silently, silently, reach);
  } catch (error) {
    if (!(error instanceof AdminProblem) || error.kind !== 'registry-faults') throw error;
    const faults = error.errors.map(({ pointer, detail }) => ({
      pointer: pointer.replace(/^\/document\/[a-zA-Z]+\/0/, ''),
      detail,
    }));
    throw new AdminProblem('invalid-request', undefined, faults);
  }
}
