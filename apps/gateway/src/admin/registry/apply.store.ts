import { randomUUID } from 'node:crypto';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { changesOf, planRegistry, type RegistryPlan } from '@gatehouse/domain/registry/registry-plan';
import type { Planned, RegistryChange, RegistryFault } from '@gatehouse/domain/registry/registry-change';
import type { Document } from '@gatehouse/domain/registry/registry-document';
import type { AdminDeps } from '../deps.js';
import { AdminProblem } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';
import { ensureEnvironments } from './environments.store.js';
import { digestSecret, loadCurrent } from './current-registry.store.js';
import { writeApplications } from './write-applications.store.js';
import { writeClients } from './write-clients.store.js';

/** Rows written in one statement: large enough to be quick, small enough to show progress. */
const BATCH = 500;
const APPLY_TIMEOUT_MS = 300_000;

export type Progress = (step: string, done: number, total: number) => Promise<void>;

export interface Applied {
  readonly registryVersion: number;
  readonly changes: readonly RegistryChange[];
}

/** What applying would change. @throws AdminProblem registry-faults, with every fault and its place */
export async function diffRegistry(deps: AdminDeps, document: Document): Promise<Applied> {
  const plan = faultless(
    planRegistry(await loadCurrent(deps.db, deps, document), document, digestSecret),
    deps,
    'all',
  );
  return { registryVersion: await readVersion(deps.db), changes: changesOf(plan) };
}

/** All or nothing. @throws AdminProblem registry-faults before anything is written */
export async function applyRegistry(
  deps: AdminDeps,
  change: Change,
  document: Document,
  planned: (changes: readonly RegistryChange[]) => Promise<void>,
  progress: Progress,
  reach: Reach = 'all',
): Promise<Applied> {
  return changing(
    deps.db,
    change,
    async (transaction) => {
      const current = await loadCurrent(transaction, deps, document);
      const plan = faultless(planRegistry(current, document, digestSecret), deps, reach);
      await planned(changesOf(plan));
      await writePlan(transaction, deps, plan, progress);
      return { registryVersion: await readVersion(transaction), changes: changesOf(plan) };
    },
    APPLY_TIMEOUT_MS,
  );
}

/** Calls back with one batch after the other, telling the progress. */
export async function inBatches<T>(
  items: readonly T[],
  step: string,
  progress: Progress,
  write: (batch: T[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = items.slice(at, at + BATCH);
    await write(batch);
    await progress(step, at + batch.length, items.length);
  }
}

export function to<R>(planned: readonly Planned<R>[], creates: boolean): R[] {
  return planned
    .filter(({ change }) => change.action !== 'unchanged' && (change.action === 'create') === creates)
    .map(({ record }) => record);
}

function faultless(plan: RegistryPlan, deps: AdminDeps, reach: Reach): RegistryPlan {
  const faults = plan.faults.map((fault) => withoutOthers(fault, reach));
  plan.applications.forEach(({ record }, at) => {
    if (record.newApiSecret === null || deps.secretBox !== null) return;
    faults.push({
      pointer: `/applications/${at}/apiSecret`,
      detail: 'this deployment does not keep API secrets yet',
    });
  });
  if (faults.length > 0) throw new AdminProblem('registry-faults', undefined, faults.map(inDocument));
  return plan;
}

/** A collision with what is out of reach is told without saying with whom. */
function withoutOthers({ names, ...fault }: RegistryFault, reach: Reach): RegistryFault {
  if (names === undefined || reaches(reach, names)) return fault;
  return { ...fault, detail: 'another application has this already; every application has its own' };
}

/** Faults are told in the body that was sent, in which the document is one field. */
function inDocument({ pointer, detail }: { readonly pointer: string; readonly detail: string }) {
  return { pointer: `/document${pointer}`, detail };
}

async function writePlan(
  transaction: Transaction,
  deps: AdminDeps,
  plan: RegistryPlan,
  progress: Progress,
): Promise<void> {
  await ensureEnvironments(transaction, deps.environments);
  await inBatches(to(plan.organisations, true), 'organisations', progress, (data) =>
    transaction.organisation.createMany({ data }),
  );
  for (const { odsCode, name, state } of to(plan.organisations, false)) {
    await transaction.organisation.update({ where: { odsCode }, data: { name, state } });
  }
  await inBatches(to(plan.products, true), 'products', progress, (data) =>
    transaction.product.createMany({ data }),
  );
  for (const { name, state } of to(plan.products, false)) {
    await transaction.product.update({ where: { name }, data: { state } });
  }
  for (const { name, interactions } of to(plan.messageSets, true)) {
    await transaction.messageSet.create({ data: { name, interactions: [...interactions] } });
  }
  for (const { name, interactions } of to(plan.messageSets, false)) {
    await transaction.messageSet.update({ where: { name }, data: { interactions: [...interactions] } });
  }
  await writeApplications(transaction, deps, plan.applications, progress, randomUUID);
  await writeClients(transaction, plan.clients, progress, randomUUID);
}

export async function readVersion(db: Pick<Transaction, 'registryHead'>): Promise<number> {
  const head = await db.registryHead.findFirst();
  return Number(head?.version ?? 0n);
}
