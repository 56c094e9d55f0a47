import type { Database } from '@gatehouse/db/client';
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
    startsOn: row.startsOn === null ? null : dayOf(row.startsOn),
    reviewDueOn: dayOf(row.reviewDueOn),
    graceDays: row.graceDays,
  };
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
