/**
 * Records the ends of user sessions of which the audit trail has no record: a suspension ended them inside the
 * database, the trail was away, or the process died that ended them.
 */
import type { EndRecords } from '../adapters/users/record-ends.js';

/** What can't be recorded is left to the next run. @throws GW_AUDIT_UNAVAILABLE */
export async function run(records: Pick<EndRecords, 'recordMissing'>): Promise<void> {
  while ((await records.recordMissing()) > 0);
}
