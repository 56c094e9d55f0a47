import type { EmergencyStopView, StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import { instantOf } from '../http/paging.js';
import type { Queries, Transaction } from '../http/transactions.js';
import { nameOf } from '../registry/lists.store.js';

export interface StopRow {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly environment: string | null;
  readonly odsCodes: readonly string[];
  readonly reason: string;
  readonly stoppedBy: string;
  readonly stoppedByStaff: string | null;
  readonly stoppedAt: Date;
  readonly liftedBy: string | null;
  readonly liftedAt: Date | null;
  readonly liftReason: string | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: Date | null;
  readonly reviewNote: string | null;
}

type Reader = Pick<Queries | Transaction, 'application' | 'organisation'>;

/** Stops as people read them: with the names of what they stopped. */
export async function stopViews(db: Reader, rows: readonly StopRow[]): Promise<EmergencyStopView[]> {
  const targetsOf = (kind: string) => rows.filter((row) => row.kind === kind).map(({ target }) => target);
  const applications = await db.application.findMany({
    where: { id: { in: targetsOf('application') } },
    include: { bindings: { include: { organisation: true }, orderBy: { odsCode: 'asc' } } },
  });
  const organisations = await db.organisation.findMany({
    where: { odsCode: { in: targetsOf('organisation') } },
  });
  const names = new Map([
    ...applications.map((row) => [row.id, nameOf(row)] as const),
    ...organisations.map(({ odsCode, name }) => [odsCode, `${name} (${odsCode})`] as const),
  ]);
  return rows.map((row) =>
    viewOf(row, row.kind === 'client' ? row.target : (names.get(row.target) ?? row.target)),
  );
}

export async function stopView(db: Reader, row: StopRow): Promise<EmergencyStopView> {
  const [view] = await stopViews(db, [row]);
  if (view === undefined) throw new Error('a stop without a view');
  return view;
}

function viewOf(row: StopRow, name: string): EmergencyStopView {
  return {
    id: row.id,
    kind: row.kind as StopRequest['kind'],
    target: row.target,
    environment: row.environment,
    name,
    organisations: [...row.odsCodes],
    reason: row.reason,
    stoppedBy: row.stoppedBy,
    stoppedByPerson: row.stoppedByStaff,
    stoppedAt: row.stoppedAt.toISOString(),
    liftedBy: row.liftedBy,
    liftedAt: instantOf(row.liftedAt),
    liftReason: row.liftReason,
    reviewedBy: row.reviewedBy,
    reviewedAt: instantOf(row.reviewedAt),
    reviewNote: row.reviewNote,
  };
}
