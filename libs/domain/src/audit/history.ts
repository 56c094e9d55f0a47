/**
 * Which rows of the registry's history a person may see. The history of a table needs the permission to read the
 * table itself. A table that isn't listed here is never shown.
 */
import { type Permission, type Powers, type Reach, reachOf } from '../governance/permissions.js';

const READ_WITH = {
  environment: 'registry.read',
  organisation: 'registry.read',
  product: 'registry.read',
  message_set: 'registry.read',
  application: 'registry.read',
  binding: 'registry.read',
  application_message_set: 'registry.read',
  client: 'registry.read',
  client_grant: 'registry.read',
  client_credential: 'registry.read',
  cis2_client: 'registry.read',
  signing_key: 'signing-key.read',
  rotation_policy: 'signing-key.read',
  impact_plan: 'impact.read',
  sro_appointment: 'sro.read',
  write_exception: 'exception.read',
  assurance_floor: 'assurance.read',
  trail_retention: 'retention.read',
  staff: 'staff.read',
  staff_role: 'staff.read',
  admin_token: 'staff.read',
} as const satisfies Record<string, Permission>;

export type HistoryTable = keyof typeof READ_WITH;
/** The tables of which the registry keeps a history, whether or not it is shown. */
export type RecordedTable = HistoryTable | 'sro_link';
/** The tables that have a history. */
export const HISTORY_TABLES = Object.keys(READ_WITH) as readonly HistoryTable[];

/**
 * The tables whose history a person may see.
 * @param reach the organisations whose history the person may read. Somebody who reads the history of all organisations
 * sees only the tables that they may read for all organisations
 */
export function tablesSeen(powers: Powers, reach: Reach): readonly HistoryTable[] {
  return HISTORY_TABLES.filter((table) => {
    const permitted = reachOf(powers, READ_WITH[table]);
    return (
      permitted === 'all' ||
      (permitted !== null && reach !== 'all' && [...reach].every((code) => permitted.has(code)))
    );
  });
}
