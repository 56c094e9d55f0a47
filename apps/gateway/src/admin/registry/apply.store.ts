import { randomUUID } from 'node:crypto';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import type { ChangeAction, Planned, RegistryChange } from '@gatehouse/domain/registry/plan/registry-change';
import type { RegistryFault } from '@gatehouse/domain/registry/plan/registry-fault';
import { changesOf, planRegistry, type RegistryPlan } from '@gatehouse/domain/registry/plan/registry-plan';
import type { RegistryDocument } from '@gatehouse/domain/registry/records/registry-records';
import type { AdminDeps } from '../deps.js';
import { AdminProblem } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';
import { ensureEnvironments } from './environments.store.js';
import { digestSecret, loadCurrent } from './current-registry.store.js';
import { secretToSeal, writeApplications } from './write-applications.store.js';
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
export async function diffRegistry(deps: AdminDeps, document: RegistryDocument): Promise<Applied> {
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
  document: RegistryDocument,
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

/** The records that a plan creates. */
export function recordsToCreate<R>(planned: readonly Planned<R>[]): R[] {
  return planned.filter(({ change }) => change.action === 'create').map(({ record }) => record);
}

/** The records that a plan changes or retires. */
export function recordsToUpdate<R>(planned: readonly Planned<R>[]): R[] {
  const updates: readonly string[] = ['update', 'retire'] satisfies ChangeAction[];
  return planned.filter(({ change }) => updates.includes(change.action)).map(({ record }) => record);
}

function faultless(plan: RegistryPlan, deps: AdminDeps, reach: Reach): RegistryPlan {
  const faults = plan.faults.map((fault) => withoutOthers(fault, reach));
  plan.applications.forEach(({ record }, at) => {
    if (secretToSeal(record) === null || deps.secretBox !== null) return;
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
  await inBatches(recordsToCreate(plan.organisations), 'organisations', progress, (data) =>
    transaction.organisation.createMany({ data }),
  );
  for (const { odsCode, ...data } of recordsToUpdate(plan.organisations)) {
    await transaction.organisation.update({ where: { odsCode }, data });
  }
  await inBatches(recordsToCreate(plan.products), 'products', progress, (data) =>
    transaction.product.createMany({ data }),
  );
  for (const { name, ...data } of recordsToUpdate(plan.products)) {
    await transaction.product.update({ where: { name }, data });
  }
  for (const { name, interactions } of recordsToCreate(plan.messageSets)) {
    await transaction.messageSet.create({ data: { name, interactions: [...interactions] } });
  }
  for (const { name, interactions } of recordsToUpdate(plan.messageSets)) {
    await transaction.messageSet.update({ where: { name }, data: { interactions: [...interactions] } });
  }
  await writeApplications(transaction, deps, plan.applications, progress, randomUUID);
  await writeClients(transaction, plan.clients, progress, randomUUID);
}

export async function readVersion(db: Pick<Transaction, 'registryHead'>): Promise<number> {
  const head = await db.registryHead.findFirst();
  return Number(head?.version ?? 0n);
}
