/**
 * The records that a change touches, as they would be once it is carried out. Two people decide on these and not only
 * on the rows that are written: otherwise what was prepared before the request, or changed after it, would
 * pass unseen.
 */
import { createHash } from 'node:crypto';
import { type DiffRow, recordToDecide, type RecordToDecide } from '@gatehouse/domain/governance/change-diff';
import { IN_USE } from '@gatehouse/domain/governance/four-eyes';
import { APPLICATION_FIELDS, applicationKey } from '@gatehouse/domain/registry/records/application-fields';
import { CLIENT_FIELDS, type ClientRecord } from '@gatehouse/domain/registry/records/client-fields';
import { applicationRecord } from '../../adapters/registry/application-rows.js';
import { CLIENT_ROWS, clientRecord } from '../../adapters/registry/client-rows.js';
import type { Transaction } from '../http/transactions.js';

export interface TouchedIds {
  readonly applicationIds: readonly string[];
  readonly clientIds: readonly string[];
}

export interface TouchedRecords {
  /** Shown beside the written rows; without secrets. */
  readonly rows: readonly DiffRow[];
  /** Stands for the secrets of these records. */
  readonly secretsHash: string;
  readonly odsCodesByApplication: ReadonlyMap<string, readonly string[]>;
  readonly odsCodesByClient: ReadonlyMap<string, readonly string[]>;
}

export async function touchedRecords(
  transaction: Transaction,
  { applicationIds, clientIds }: TouchedIds,
): Promise<TouchedRecords> {
  const applications = await findApplications(transaction, applicationIds);
  const clients = await findClients(transaction, clientIds);
  const decided = [
    ...applications
      .filter(({ record }) => (IN_USE as readonly string[]).includes(record.state))
      .map(({ record, interactions }) => {
        const toDecide = recordToDecide(APPLICATION_FIELDS, record);
        const visible = { ...toDecide.visible, message_sets: interactions };
        return asItWouldBe('application', applicationKey(record), { ...toDecide, visible });
      }),
    ...clients.map((record) =>
      asItWouldBe('client', `${record.environment} / ${record.name}`, recordToDecide(CLIENT_FIELDS, record)),
    ),
  ];
  const secrets = decided.map((each) => each.secrets);
  return {
    rows: decided.map(({ row }) => row),
    secretsHash: createHash('sha256').update(JSON.stringify(secrets)).digest('hex'),
    odsCodesByApplication: new Map(applications.map(({ record }) => [record.id, record.organisations])),
    odsCodesByClient: new Map(clients.map((record) => [record.id, odsCodesOf(record)])),
  };
}

/** With the interactions of each message set, which may have changed although its name has not. */
async function findApplications(transaction: Transaction, ids: readonly string[]) {
  const rows = await transaction.application.findMany({
    where: { id: { in: [...ids] } },
    include: {
      bindings: { orderBy: { odsCode: 'asc' } },
      messageSets: { include: { messageSet: true }, orderBy: { messageSetName: 'asc' } },
    },
    orderBy: [{ environmentName: 'asc' }, { productName: 'asc' }, { accessMode: 'asc' }, { asid: 'asc' }],
  });
  return rows.map((row) => ({
    record: applicationRecord(row),
    interactions: Object.fromEntries(
      row.messageSets.map(({ messageSet }) => [messageSet.name, messageSet.interactions]),
    ),
  }));
}

async function findClients(transaction: Transaction, ids: readonly string[]) {
  const rows = await transaction.client.findMany({
    where: { id: { in: [...ids] } },
    include: CLIENT_ROWS,
    orderBy: [{ environmentName: 'asc' }, { name: 'asc' }],
  });
  return rows.map(clientRecord);
}

const odsCodesOf = ({ grants }: ClientRecord): string[] => grants.map(({ organisation }) => organisation);

function asItWouldBe(kind: string, key: string, { visible, secrets }: RecordToDecide) {
  const row: DiffRow = { table: `${kind} as it would be`, key, before: null, after: visible };
  return { row, secrets };
}
