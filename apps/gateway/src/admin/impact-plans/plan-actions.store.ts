import { registryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { PlanAction } from '@gatehouse/domain/impact/plan-actions';
import { Inject, Injectable } from '@nestjs/common';
import { setKeyState } from '../../adapters/keys/key-rows.js';
import { notFound } from '../http/problem.js';
import type { Change, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { KeysStore } from '../keys/keys.store.js';
import { RegistryWriter } from '../registry/apply.store.js';
import { AppointmentsStore } from '../sro/appointments.store.js';

interface ByHand {
  /** To see what it would write, before the times of a key allow it. */
  readonly isTrial: boolean;
}

/** Does what the steps of plans are made of, as a person would who does each by itself. */
@Injectable()
export class PlanActions {
  constructor(
    @Inject(RegistryWriter) private readonly registry: RegistryWriter,
    @Inject(AppointmentsStore) private readonly appointments: AppointmentsStore,
    @Inject(KeysStore) private readonly keys: KeysStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem what the change by itself is refused with */
  async perform(
    transaction: Transaction,
    change: Change,
    action: PlanAction,
    { isTrial }: ByHand,
  ): Promise<void> {
    switch (action.kind) {
      case 'apply':
        await this.registry.apply(transaction, registryDocument.parse(action.document));
        return;
      case 'withdraw-owner':
        await this.appointments.withdraw(transaction, action.appointmentId, 'all');
        return;
      case 'grant-successor':
        await grantSuccessor(transaction, action);
        return;
      case 'remove-grants':
        await removeGrants(transaction, action.odsCode);
        return;
      case 'activate-key':
      case 'remove-key':
        await this.moveKey(transaction, change, action, isTrial);
    }
  }

  private async moveKey(
    transaction: Transaction,
    change: Change,
    { kind, kid }: { readonly kind: 'activate-key' | 'remove-key'; readonly kid: string },
    isTrial: boolean,
  ): Promise<void> {
    const input = { params: { kid }, body: {} };
    if (kind === 'activate-key') {
      await this.keys.activate(transaction, change, input, 'all');
    } else if (isTrial) {
      const key = await transaction.signingKey.findUnique({ where: { kid } });
      if (key === null) throw notFound(`signing key ${kid}`);
      await setKeyState(transaction, key, 'REMOVED', new Date(this.now()));
    } else {
      await this.keys.remove(transaction, change, input, 'all');
    }
  }
}

/** In the order of the clients, so that the same rows are written in the same order each time. */
const GRANTS_IN_ORDER = [
  { client: { environmentName: 'asc' } },
  { client: { name: 'asc' } },
  { productName: 'asc' },
  { accessMode: 'asc' },
  { capability: 'asc' },
] as const;

async function grantSuccessor(
  transaction: Transaction,
  { odsCode, successor }: { readonly odsCode: string; readonly successor: string },
): Promise<void> {
  const inUse = { client: { state: { not: 'retired' } } };
  const orderBy = [...GRANTS_IN_ORDER];
  const grantsFor = (code: string) =>
    transaction.clientGrant.findMany({ where: { odsCode: code, ...inUse }, orderBy });
  const same = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);
  const accessOf = ({
    clientId,
    productName,
    accessMode,
    capability,
  }: Awaited<ReturnType<typeof grantsFor>>[number]) => ({
    ...{ clientId, productName, accessMode, capability },
  });
  const existing = (await grantsFor(successor)).map(accessOf);
  const missing = (await grantsFor(odsCode))
    .map(accessOf)
    .filter((grant) => !existing.some((each) => same(each, grant)));
  for (const grant of missing)
    await transaction.clientGrant.create({ data: { ...grant, odsCode: successor } });
}

/** A client without any grant may call for nobody: it has come to its end. */
async function removeGrants(transaction: Transaction, odsCode: string): Promise<void> {
  const grants = await transaction.clientGrant.findMany({
    where: { odsCode },
    orderBy: [...GRANTS_IN_ORDER],
    select: { id: true, clientId: true },
  });
  for (const { id } of grants) await transaction.clientGrant.delete({ where: { id } });
  for (const id of new Set(grants.map(({ clientId }) => clientId))) {
    const isLeft = (await transaction.clientGrant.count({ where: { clientId: id } })) > 0;
    if (!isLeft) await transaction.client.update({ where: { id }, data: { state: 'retired' } });
  }
}
