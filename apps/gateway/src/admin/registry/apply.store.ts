import { randomUUID } from 'node:crypto';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import type { RandomBytes } from '@gatehouse/domain/input/opaque-key';
import type { RegistryChange } from '@gatehouse/domain/registry/plan/registry-change';
import type { RegistryFault } from '@gatehouse/domain/registry/plan/registry-fault';
import { changesOf, planRegistry, type RegistryPlan } from '@gatehouse/domain/registry/plan/registry-plan';
import type { RegistryDocument } from '@gatehouse/domain/registry/records/registry-records';
import { Inject, Injectable } from '@nestjs/common';
import type { SecretBox } from '../../adapters/kms/secret-box.js';
import { BeforeGuarded, Guarded, type GuardedInput } from '../changes/guarded.js';
import { AdminProblem } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import {
  DATABASE,
  ENVIRONMENTS,
  type Environments,
  INTERACTIONS,
  RANDOM_BYTES,
  SECRET_BOX,
} from '../injected.js';
import { inBatches, type Progress, recordsToUpdate, recordsToCreate } from './batches.js';
import { digestSecret, loadCurrent } from './current-registry.store.js';
import { hasSecrets, sealAhead, type Sealing } from './seal-ahead.store.js';
import { writeApplications } from './write-applications.store.js';
import { writeCis2Clients } from './write-cis2-clients.store.js';
import { writeClients } from './write-clients.store.js';

export interface Applied {
  readonly registryVersion: number;
  readonly changes: readonly RegistryChange[];
}

/** Sees a document applied. */
export interface ApplyObserver {
  /** Called before anything is written. */
  readonly planned: (changes: readonly RegistryChange[]) => Promise<void>;
  readonly progress: Progress;
}

interface ApplyOptions {
  readonly observer?: ApplyObserver;
  readonly reach?: Reach;
  /** What was sealed ahead; by default, what `prepareApply` has sealed for this very document. */
  readonly sealing?: Sealing | undefined;
}

const UNOBSERVED: ApplyObserver = {
  planned: () => Promise.resolve(),
  progress: () => Promise.resolve(),
};

/** Compares a registry document with the registry, and writes what differs. */
@Injectable()
export class RegistryWriter {
  private readonly sealedAhead = new WeakMap<RegistryDocument, Sealing>();

  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(INTERACTIONS) private readonly interactions: ReadonlySet<string>,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
    @Inject(RANDOM_BYTES) private readonly randomBytes: RandomBytes,
  ) {}

  /** What applying would change. @throws AdminProblem registry-faults, with every fault and its place */
  async diff(document: RegistryDocument): Promise<Applied & { readonly plan: RegistryPlan }> {
    const plan = await this.plan(this.db, document, 'all');
    return { registryVersion: await readVersion(this.db), changes: changesOf(plan), plan };
  }

  /**
   * Seals the secrets of a document before the transaction that applies it begins. Null: nothing is sealed, since it has
   * no secrets, or has faults, which its transaction reports.
   */
  async sealAhead(document: RegistryDocument): Promise<Sealing | null> {
    if (!hasSecrets(document)) return null;
    const current = await loadCurrent(this.db, this.environments, this.interactions, document);
    const plan = planRegistry(current, document, digestSecret);
    if (plan.faults.length > 0) return null;
    const { secretBox } = this;
    return sealAhead(this.db, plan, { seal: secretBox.seal.bind(secretBox), newId: randomUUID });
  }

  @BeforeGuarded('registryApply')
  async prepareApply({ body: { document } }: GuardedInput<'registryApply'>): Promise<void> {
    const sealing = await this.sealAhead(document);
    if (sealing !== null) this.sealedAhead.set(document, sealing);
  }

  @Guarded('registryApply')
  applyInput(transaction: Transaction, _: Change, { body }: GuardedInput<'registryApply'>): Promise<Applied> {
    return this.apply(transaction, body.document);
  }

  /** All or nothing. @throws AdminProblem registry-faults before anything is written */
  async apply(
    transaction: Transaction,
    document: RegistryDocument,
    {
      observer: { planned, progress } = UNOBSERVED,
      reach = 'all',
      sealing = this.sealedAhead.get(document),
    }: ApplyOptions = {},
  ): Promise<Applied> {
    const plan = await this.plan(transaction, document, reach);
    await planned(changesOf(plan));
    await this.write(transaction, plan, progress, sealing ?? null);
    return { registryVersion: await readVersion(transaction), changes: changesOf(plan) };
  }

  private async plan(db: Queries, document: RegistryDocument, reach: Reach): Promise<RegistryPlan> {
    const current = await loadCurrent(db, this.environments, this.interactions, document);
    const plan = planRegistry(current, document, digestSecret);
    const faults = plan.faults.map((fault) => withoutOthers(fault, reach));
    if (faults.length > 0) throw new AdminProblem('registry-faults', undefined, faults.map(inDocument));
    return plan;
  }

  private async write(
    transaction: Transaction,
    plan: RegistryPlan,
    progress: Progress,
    sealing: Sealing | null,
  ): Promise<void> {
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
    const { secretBox, randomBytes } = this;
    const means = { secretBox: sealing ?? secretBox, randomBytes, newId: sealing?.newId ?? randomUUID };
    await writeApplications(transaction, plan.applications, progress, means);
    await writeCis2Clients(transaction, plan.cis2Clients, means);
    await writeClients(transaction, plan.clients, progress, randomUUID);
  }
}

/** Reports the conflict without naming a record that the caller may not see. */
function withoutOthers({ names, ...fault }: RegistryFault, reach: Reach): RegistryFault {
  if (names === undefined || reaches(reach, names)) return fault;
  return { ...fault, detail: 'another application has this already; every application has its own' };
}

/** Faults point into the body that was sent, in which the document is one field. */
function inDocument({ pointer, detail }: { readonly pointer: string; readonly detail: string }) {
  return { pointer: `/document${pointer}`, detail };
}

async function readVersion(db: Queries): Promise<number> {
  const head = await db.registryHead.findFirst();
  return Number(head?.version ?? 0n);
}
