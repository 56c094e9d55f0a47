import pg from 'pg';
import { QUEUE_SCHEMA } from './queue-schema.js';

const READ_AND_WRITE = [
  'rotation_policy',
  'key_rotation',
  'jwks_fetch',
  'environment',
  'organisation',
  'product',
  'message_set',
  'application',
  'binding',
  'application_message_set',
  'client',
  'client_grant',
  'client_credential',
  'cis2_client',
  'admin_token',
  'assurance_floor',
  'trail_retention',
  'worklist_use',
  'staff_role',
  'staff_session',
  'sign_in_key',
  'sign_in_spent',
  'user_login',
  'user_token',
  'user_data_key',
  'user_token_owner',
  'user_logout_token',
  'job_schedule',
  'background_job',
  'job_worker',
  'replica',
  'job_queue',
  'notice',
  'application_probe',
  'notice_choice',
  'notice_read',
  'notice_delivery',
  'upkeep_finding',
  'application_health',
  'health_position',
  'signature_watch',
  'signature_log_file',
  'unmatched_signature',
  'signature_log_gap',
];
/** Rows that must remain: they end by a state or a time and are never deleted. */
const NEVER_DELETED = [
  'signing_key',
  'sro_appointment',
  'sro_link',
  'write_exception',
  'staff',
  'pending_change',
  'emergency_stop',
  'key_emergency',
  'key_deletion_list',
  'key_deletion',
  'user_session',
  'notice_webhook',
  'catalogue_comparison',
  'ods_file',
  'ods_organisation',
  'impact_plan',
  'impact_plan_step',
];
/** Written by triggers with the owner's rights, or by the owner. */
const READ_ONLY = ['registry_head', 'registry_change', '_prisma_migrations', 'database_home'];

/** Gives the running role the rights it needs in schema `public` and in that of the queue, and no others. */
export async function grantRights(client: pg.Client, runningRole: string): Promise<void> {
  const { rows } = await client.query<{ owner: boolean }>(
    'SELECT rolname = current_user AS owner FROM pg_roles WHERE rolname = $1',
    [runningRole],
  );
  if (rows[0]?.owner === true)
    throw new Error(
      `"${runningRole}" owns the database; the gateway must run as another role, without its rights.`,
    );
  if (rows.length === 0)
    throw new Error(`The running role "${runningRole}" does not exist: CREATE ROLE … LOGIN it first.`);
  const role = pg.escapeIdentifier(runningRole);
  const tables = (names: readonly string[]) =>
    names.map((name) => `public.${pg.escapeIdentifier(name)}`).join(', ');
  await client.query(`
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role};
    GRANT USAGE ON SCHEMA public TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables(READ_AND_WRITE)} TO ${role};
    GRANT SELECT, INSERT, UPDATE ON ${tables(NEVER_DELETED)} TO ${role};
    GRANT SELECT ON ${tables(READ_ONLY)} TO ${role};
    GRANT USAGE ON SCHEMA ${QUEUE_SCHEMA} TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO ${role};
  `);
}
