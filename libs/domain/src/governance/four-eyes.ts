/**
 * Which changes of the registry need a second person, and who that may be. Decided on the rows a change would write,
 * so that it holds for the console, the command line and `gatehouse apply` alike. Only where the environment has four
 * eyes, which its own row says; a change that belongs to no environment counts if any environment has them.
 */
import type { RecordedTable } from '../audit/history.js';
import { APPLICATION_FIELDS } from '../registry/records/application-fields.js';
import { CLIENT_FIELDS } from '../registry/records/client-fields.js';
import { columnsOf, namesOf, type RecordFields, secondPersonOf } from '../registry/records/record-fields.js';
import type { StaffRole } from './permissions.js';

type Row = Readonly<Record<string, unknown>>;

/** One row that a change writes, as registry_change keeps it: without secrets. */
export interface RowChange {
  readonly table: RecordedTable;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly odsCodes: readonly string[];
  /** The environments it is about; null: of no environment, and so of every one. */
  readonly environments: readonly string[] | null;
  /** The state of the application that the row belongs to, if it belongs to one. */
  readonly applicationState: string | null;
}

/** Any one of these roles may decide. */
export interface SecondPerson {
  readonly rule: string;
  readonly roles: readonly StaffRole[];
}

const platformOrGovernance: readonly StaffRole[] = ['platform-engineer', 'governance-officer'];
const governance: readonly StaffRole[] = ['governance-officer'];

/** A suspended application counts too: else one person could suspend it, change it and let it run again. */
export const IN_USE = ['live', 'suspended'] as const;
const inUse = (state: unknown): boolean => (IN_USE as readonly unknown[]).includes(state);

/** The member of a recorded row that names the secrets a change replaced: the row itself leaves secrets out. */
const SECRETS_CHANGED = 'secrets_changed';

const RUN_AGAIN: SecondPerson = { rule: 'letting what was stopped run again', roles: platformOrGovernance };

const runsAgain = (before: Row | null, after: Row | null): boolean =>
  before !== null && before['state'] !== 'active' && after?.['state'] === 'active';

const isSet = (row: Row | null, column: string): boolean => (row?.[column] ?? null) !== null;

/** The rule that asks for a second person, or null. */
export function secondPersonFor(change: RowChange): SecondPerson | null {
  const { table, before, after } = change;
  switch (table) {
    case 'environment':
      // Switching it on needs nobody: the rules apply only where it is on already.
      return before !== null && before['four_eyes'] !== after?.['four_eyes']
        ? { rule: 'whether changes need a second person', roles: governance }
        : null;
    case 'application':
      return secondPersonForApplication(before, after);
    case 'binding':
      return before === null && inUse(change.applicationState)
        ? { rule: 'an organisation for a live application', roles: platformOrGovernance }
        : null;
    case 'organisation':
      return runsAgain(before, after) ? RUN_AGAIN : null;
    case 'client':
      if (runsAgain(before, after)) return RUN_AGAIN;
      return before !== null && after !== null && needsSecondPerson(CLIENT_FIELDS, before, after)
        ? { rule: 'who a client is', roles: platformOrGovernance }
        : null;
    case 'application_message_set':
      return after !== null && inUse(change.applicationState)
        ? { rule: 'a message set for a live application', roles: platformOrGovernance }
        : null;
    case 'message_set':
      return before !== null && after !== null && addsInteractions(before, after)
        ? { rule: 'a wider message set', roles: platformOrGovernance }
        : null;
    case 'signing_key':
      if (before !== null && isSet(after, 'deletion_list') && !isSet(before, 'deletion_list'))
        return { rule: 'deletion of signing keys', roles: platformOrGovernance };
      // A first key starts by itself: it is written as new and moved on in one transaction.
      return before !== null && before['state'] !== after?.['state'] && after?.['state'] !== 'PUBLISHED'
        ? { rule: 'activation or revocation of a signing key', roles: platformOrGovernance }
        : null;
    case 'rotation_policy':
      // What its steps change needs nobody else: two people have decided on the policy.
      return { rule: 'how signing keys rotate', roles: platformOrGovernance };
    case 'impact_plan':
      // What its steps change needs nobody else: two people have decided on all of them.
      return before === null ? { rule: 'a plan for an event', roles: platformOrGovernance } : null;
    case 'cis2_client':
      return { rule: 'the CIS2 client of a product', roles: platformOrGovernance };
    case 'client_grant':
      return after === null ? null : { rule: 'a grant to a client', roles: platformOrGovernance };
    case 'sro_appointment':
      return before === null
        ? { rule: 'appointment of a senior responsible owner', roles: governance }
        : null;
    case 'write_exception':
      return before === null ? { rule: 'a write exception', roles: governance } : null;
    case 'assurance_floor':
      return { rule: 'the assurance floor', roles: governance };
    case 'trail_retention':
      return { rule: 'how long the audit trail is kept', roles: governance };
    case 'product':
    case 'client_credential':
    case 'sro_link':
    case 'staff':
    case 'staff_role':
    case 'admin_token':
      return null;
  }
}

function secondPersonForApplication(before: Row | null, after: Row | null): SecondPerson | null {
  // The first time too: else one person could retire a live application and put another in its place.
  if (after?.['state'] === 'live' && before?.['state'] !== 'live')
    return { rule: 'an application going live', roles: platformOrGovernance };
  if (before === null || after === null || !inUse(before['state'])) return null;
  // Bringing it back needs one too.
  if (after['state'] === 'retired')
    return { rule: 'retiring a live application', roles: platformOrGovernance };
  // As a draft it could be changed freely.
  if (after['state'] === 'draft')
    return { rule: 'putting an application back to draft', roles: platformOrGovernance };
  return needsSecondPerson(APPLICATION_FIELDS, before, after)
    ? { rule: 'ASID, API key or secret of a live application', roles: platformOrGovernance }
    : null;
}

/** Whether a field differs whose declaration says that a change of it needs a second person, or any secret. */
function needsSecondPerson(fields: RecordFields, before: Row, after: Row): boolean {
  const columns = namesOf(fields).flatMap((name) => {
    const field = fields[name];
    return field !== undefined && secondPersonOf(field) === 'needed' ? columnsOf(name, field) : [];
  });
  const differs = (column: string) => JSON.stringify(before[column]) !== JSON.stringify(after[column]);
  return SECRETS_CHANGED in after || columns.some(differs);
}

function addsInteractions(before: Row, after: Row): boolean {
  const present = new Set(before['interactions'] as readonly string[]);
  return (after['interactions'] as readonly string[]).some((id) => !present.has(id));
}

/** The second persons that the rows of one change need; empty: none. */
export function secondPersons(
  rows: readonly RowChange[],
  fourEyes: ReadonlySet<string>,
): readonly SecondPerson[] {
  if (fourEyes.size === 0) return [];
  const needed = new Map<string, SecondPerson>();
  for (const row of rows) {
    const applies = row.environments?.some((name) => fourEyes.has(name)) ?? true;
    const second = applies ? secondPersonFor(row) : null;
    if (second !== null) needed.set(second.rule, second);
  }
  return [...needed.values()];
}
