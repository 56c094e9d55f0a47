import { createHash } from 'node:crypto';
import type { RecordedTable } from '@gatehouse/domain/audit/history';
import { type DiffRow, stableDiff } from '@gatehouse/domain/governance/change-diff';
import { IN_USE, type RowChange } from '@gatehouse/domain/governance/four-eyes';
import type { Transaction } from '../http/transactions.js';
import { type TouchedRecords, touchedRecords } from './touched-records.store.js';

type Json = Readonly<Record<string, unknown>> | null;

/** What two people compare and decide on. */
export interface Proposal {
  readonly diff: readonly DiffRow[];
  readonly diffHash: string;
  /** Empty if a row is of no organisation. */
  readonly odsCodes: readonly string[];
}

export interface WatchedWrites<T> {
  readonly value: T;
  readonly rows: readonly RowChange[];
  /** To be called in the same transaction, and only where somebody has to decide: it reads all that was touched. */
  readonly proposal: () => Promise<Proposal>;
}

/** Carries out `work` and returns the rows it wrote, as the database itself recorded them. */
export async function watchWrites<T>(
  transaction: Transaction,
  work: () => Promise<T>,
): Promise<WatchedWrites<T>> {
  // All writes of a transaction have one version, so only their numbers show which came before `work`.
  const last = await transaction.registryChange.findFirst({ orderBy: { n: 'desc' }, select: { n: true } });
  const value = await work();
  const { version } = await transaction.registryHead.findUniqueOrThrow({ where: { id: 1 } });
  const rows = await transaction.registryChange.findMany({
    where: { version, n: { gt: last?.n ?? 0n } },
    orderBy: { n: 'asc' },
  });
  return {
    value,
    rows: await withOwners(transaction, rows),
    proposal: () => proposalOf(transaction, rows),
  };
}

async function proposalOf(transaction: Transaction, rows: readonly RecordedRow[]): Promise<Proposal> {
  const changed = stableDiff(
    rows.map(({ tableName, rowKey, before, after }) => ({
      table: tableName,
      key: rowKey,
      before: before as Json,
      after: after as Json,
    })),
  );
  const touched = await touchedRecords(transaction, {
    applicationIds: idsOf(rows, 'application'),
    clientIds: idsOf(rows, 'client'),
  });
  const diff = [...changed, ...touched.rows];
  return { diff, diffHash: hashOf(diff, touched.secretsHash), odsCodes: odsCodesOf(rows, touched) };
}

/** @param secrets stands for what the diff leaves out */
export function hashOf(diff: readonly DiffRow[], secrets = ''): string {
  return createHash('sha256')
    .update(JSON.stringify([diff, secrets]))
    .digest('hex');
}

/** Empty as soon as one row is of no organisation: only somebody whose role has no limit decides on that. */
function odsCodesOf(rows: readonly RecordedRow[], touched: TouchedRecords): string[] {
  const each = rows.map((row) => [
    ...row.odsCodes,
    ...(touched.odsCodesByApplication.get(idOf(row, 'application') ?? '') ?? []),
    ...(touched.odsCodesByClient.get(idOf(row, 'client') ?? '') ?? []),
  ]);
  return each.some((odsCodes) => odsCodes.length === 0) ? [] : [...new Set(each.flat())].sort();
}

/** Of the application or client that a row is, or belongs to. */
function idOf(row: RecordedRow, owner: 'application' | 'client'): string | undefined {
  const id = valueOf(row, row.tableName === owner ? 'id' : `${owner}_id`);
  return typeof id === 'string' ? id : undefined;
}

function idsOf(rows: readonly RecordedRow[], owner: 'application' | 'client'): string[] {
  return [...new Set(rows.flatMap((row) => idOf(row, owner) ?? []))];
}

interface RecordedRow {
  readonly tableName: string;
  readonly rowKey: string;
  readonly odsCodes: string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** Each row with the environment and the application it belongs to. */
async function withOwners(transaction: Transaction, rows: readonly RecordedRow[]): Promise<RowChange[]> {
  const ids = (name: string) => [
    ...new Set(rows.flatMap((row) => [valueOf(row, name)].filter((value) => typeof value === 'string'))),
  ];
  const applications = new Map(
    (
      await transaction.application.findMany({
        where: { id: { in: ids('application_id') } },
        select: { id: true, environmentName: true, state: true },
      })
    ).map((row) => [row.id, row]),
  );
  const clients = new Map(
    (
      await transaction.client.findMany({
        where: { id: { in: ids('client_id') } },
        select: { id: true, environmentName: true },
      })
    ).map((row) => [row.id, row]),
  );
  const cis2Clients = new Map(
    (
      await transaction.cis2Client.findMany({
        where: { id: { in: ids('cis2_client_id') } },
        select: { id: true, environmentName: true },
      })
    ).map((row) => [row.id, row]),
  );
  const uses = await transaction.applicationMessageSet.findMany({
    where: {
      messageSetName: { in: rows.filter(({ tableName }) => tableName === 'message_set').map(nameOf) },
      application: { state: { in: [...IN_USE] } },
    },
    include: { application: { select: { environmentName: true } } },
  });
  return rows.map((row) => {
    const application = applications.get(String(valueOf(row, 'application_id')));
    const client = clients.get(String(valueOf(row, 'client_id')));
    const cis2Client = cis2Clients.get(String(valueOf(row, 'cis2_client_id')));
    const owner = application ?? client ?? cis2Client;
    const used = uses.filter(({ messageSetName }) => messageSetName === nameOf(row));
    return {
      table: row.tableName as RecordedTable,
      before: row.before as Json,
      after: row.after as Json,
      odsCodes: row.odsCodes,
      applicationState: application?.state ?? null,
      environments:
        row.tableName === 'message_set'
          ? used.map((use) => use.application.environmentName)
          : environmentsOf(row, owner?.environmentName),
    };
  });
}

function environmentsOf(row: RecordedRow, ofOwner: string | undefined): readonly string[] | null {
  if (ofOwner !== undefined) return [ofOwner];
  if (row.tableName === 'environment') return [nameOf(row)];
  const one = valueOf(row, 'environment');
  if (typeof one === 'string') return [one];
  const several = valueOf(row, 'environments');
  return Array.isArray(several) ? (several as string[]) : null;
}

function valueOf({ before, after }: Pick<RecordedRow, 'before' | 'after'>, name: string): unknown {
  return (after as Json)?.[name] ?? (before as Json)?.[name];
}

const nameOf = (row: RecordedRow): string => String(valueOf(row, 'name'));
