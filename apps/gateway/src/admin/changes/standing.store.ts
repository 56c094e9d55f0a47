/**
 * What a change touches, as it would stand once it is done. Two people decide on that and not only on the rows that
 * are written: else what was prepared before the asking, or changed after it, would slip by the second one.
 */
import { createHash } from 'node:crypto';
import { type DiffRow, IN_USE } from '@gatehouse/domain/governance/four-eyes';
import { maskApiKey } from '@gatehouse/domain/input/masking';
import { keyOfRows } from '../registry/applications.store.js';
import type { Transaction } from '../http/transaction.store.js';

export interface Touched {
  readonly applicationIds: readonly string[];
  readonly clientIds: readonly string[];
}

export interface Standing {
  /** Beside the written rows; without secrets. */
  readonly rows: readonly DiffRow[];
  /** Stands for the secrets of these applications. */
  readonly secrets: string;
  readonly organisationsOfApplication: ReadonlyMap<string, readonly string[]>;
  readonly organisationsOfClient: ReadonlyMap<string, readonly string[]>;
}

export async function standingOf(
  transaction: Transaction,
  { applicationIds, clientIds }: Touched,
): Promise<Standing> {
  const applications = await transaction.application.findMany({
    where: { id: { in: [...applicationIds] } },
    include: {
      bindings: { orderBy: { odsCode: 'asc' } },
      messageSets: { include: { messageSet: true }, orderBy: { messageSetName: 'asc' } },
    },
    orderBy: [{ environmentName: 'asc' }, { productName: 'asc' }, { accessMode: 'asc' }, { asid: 'asc' }],
  });
  const clients = await transaction.client.findMany({
    where: { id: { in: [...clientIds] } },
    include: { grants: { orderBy: [{ odsCode: 'asc' }, { productName: 'asc' }, { accessMode: 'asc' }] } },
    orderBy: [{ environmentName: 'asc' }, { name: 'asc' }],
  });
  const inUse = applications.filter(({ state }) => (IN_USE as readonly string[]).includes(state));
  const secrets = inUse.map(({ apiKey, apiSecretDigest }) => [apiKey, apiSecretDigest]);
  return {
    rows: [
      ...inUse.map((row) =>
        asItWouldBe('application', keyOfRows(row), {
          state: row.state,
          asid: row.asid,
          api_key: row.apiKey === null ? null : maskApiKey(row.apiKey),
          organisations: row.bindings.map(({ odsCode }) => odsCode),
          message_sets: Object.fromEntries(
            row.messageSets.map(({ messageSet }) => [messageSet.name, messageSet.interactions]),
          ),
        }),
      ),
      ...clients.map((row) =>
        asItWouldBe('client', `${row.environmentName} / ${row.name}`, {
          state: row.state,
          workload:
            row.workloadSubject === null
              ? null
              : `${row.workloadSubject} of ${row.workloadIssuer} for ${row.workloadAudience}`,
          return_targets: row.returnTargets,
          grants: row.grants.map(({ odsCode, productName, accessMode, capability }) =>
            [odsCode, productName, accessMode, capability].filter((part) => part !== null).join(' / '),
          ),
        }),
      ),
    ],
    secrets: createHash('sha256').update(JSON.stringify(secrets)).digest('hex'),
    organisationsOfApplication: new Map(
      applications.map(({ id, bindings }) => [id, bindings.map(({ odsCode }) => odsCode)]),
    ),
    organisationsOfClient: new Map(
      clients.map(({ id, grants }) => [id, grants.map(({ odsCode }) => odsCode)]),
    ),
  };
}

function asItWouldBe(what: string, key: string, after: Readonly<Record<string, unknown>>): DiffRow {
  return { table: `${what} as it would be`, key, before: null, after };
}
