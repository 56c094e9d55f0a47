import type { Database } from '@gatehouse/db/client';
import { dayOfDateColumn } from '@gatehouse/domain/governance/london-day';
import type { SroAppointment } from '@gatehouse/domain/registry/registry';

type Row = Pick<
  Awaited<ReturnType<Database['sroAppointment']['findMany']>>[number],
  'id' | 'environments' | 'acceptedAt' | 'withdrawnAt' | 'startsOn' | 'reviewDueOn' | 'graceDays'
>;

/** An appointment as a decision sees it. */
export function appointmentOf(row: Row): SroAppointment {
  return {
    id: row.id,
    environments: row.environments,
    acceptedAtMs: row.acceptedAt?.getTime() ?? null,
    withdrawnAtMs: row.withdrawnAt?.getTime() ?? null,
    startsOn: row.startsOn === null ? null : dayOfDateColumn(row.startsOn),
    reviewDueOn: dayOfDateColumn(row.reviewDueOn),
    graceDays: row.graceDays,
  };
}
