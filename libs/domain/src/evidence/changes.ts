/** Every recorded change of an organisation's part of the registry in a period. */
import type { ChangeEvidence } from './evidence-pack.js';
import { decidedBy, instantOf, type RegistryRow, type RowState, type Span } from './registry-rows.js';

/**
 * The fields whose values a pack shows, by table. Of every other field it only says that it changed, so a column made
 * later shows nothing until somebody has thought about it.
 */
export const SHOWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  environment: ['name', 'kind', 'four_eyes'],
  organisation: ['ods_code', 'name', 'state'],
  application: [
    ...['environment', 'product', 'access_mode', 'capability', 'state', 'asid', 'asid_shared_with'],
    ...['apim_application_id', 'secrets_changed'],
  ],
  binding: ['application_id', 'live'],
  application_message_set: ['application_id', 'message_set_name'],
  message_set: ['name', 'interactions'],
  signing_key: [
    ...['application_id', 'kid', 'thumbprint', 'state', 'published_at', 'confirmed_at', 'proven_at'],
    ...['activated_at', 'retired_at', 'removed_at', 'disabled_at', 'deletion_list', 'deletes_at'],
    'deletion_scheduled_at',
  ],
  sro_appointment: [
    ...['environments', 'name', 'email', 'job_title', 'spine_user_id', 'authority_name'],
    ...['authority_reference', 'authority_date', 'authority_document_sha256', 'accepted_at'],
    ...['review_due_on', 'grace_days', 'withdrawn_at', 'last_reviewed_at', 'role', 'starts_on', 'succeeds'],
  ],
  write_exception: [
    ...['application_id', 'interaction', 'use_case_reference', 'expires_at', 'granted_at', 'granted_by'],
    ...['revoked_at', 'revoked_by', 'cosigned_at', 'cosigned_by'],
  ],
  assurance_floor: ['level'],
  trail_retention: ['retention', 'hold', 'destroy_key', 'key_destroyed_at'],
  rotation_policy: ['product', 'environment', 'every_days'],
  client_grant: ['client_id', 'product', 'access_mode', 'capability'],
};

/** The tables of which a pack reads the history. */
export const EVIDENCE_TABLES = Object.keys(SHOWN_FIELDS);

const TIMESTAMP = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)$/;

/** In the order in which they became visible. A row in which nothing differs that is shown or named is left out. */
export function changesIn(rows: readonly RegistryRow[], { fromMs, untilMs }: Span): ChangeEvidence[] {
  return rows
    .filter(({ atMs }) => atMs >= fromMs && atMs < untilMs)
    .map((row) => ({
      ...decidedBy(row),
      version: row.version,
      people: row.people,
      table: row.table,
      key: row.key,
      what:
        row.before === null
          ? ('added' as const)
          : row.after === null
            ? ('removed' as const)
            : ('changed' as const),
      fields: fieldsOf(row),
    }));
}

function fieldsOf({ table, before, after }: RegistryRow): ChangeEvidence['fields'] {
  const shown = new Set(SHOWN_FIELDS[table] ?? []);
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].toSorted();
  return names
    .map((name) => ({ name, before: valueOf(before, name), after: valueOf(after, name) }))
    .filter((field) => JSON.stringify(field.before) !== JSON.stringify(field.after))
    .map((field) => (shown.has(field.name) ? field : { name: field.name }));
}

/** Null and absent are the same: a column made later is missing in older rows. */
function valueOf(state: RowState | null, name: string): unknown {
  const value = state?.[name] ?? null;
  return typeof value === 'string' && TIMESTAMP.test(value) ? instantOf(Date.parse(value)) : value;
}
