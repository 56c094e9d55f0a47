/** The schema in which BullMQ keeps its queues where there is no Redis (ADR 41). */
import type pg from 'pg';

export const QUEUE_SCHEMA = 'bullmq';

/** Creates the schema, or brings it to the version of the installed BullMQ. The running role can do neither. */
export async function migrateQueue(client: pg.Client): Promise<void> {
  // eslint-disable-next-line no-restricted-syntax -- a tenth of a second that every other command need not spend
  const { runMigrations } = await import('bullmq');
  await runMigrations(client, QUEUE_SCHEMA);
}
