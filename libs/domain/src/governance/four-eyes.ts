/**
 * Which changes of the registry need a second person, and who that may be. Decided on the rows a change would write,
 * so that it holds for the console, the command line and `gatehouse apply` alike. Only where the environment has the
 * property `fourEyes`; a change of no environment counts where any served one has it.
 */
import { type Powers, reaches, type Reach, reachOf, type StaffRole } from './permissions.js';

/** How long a request waits for its second person. */
export const CHANGE_LIFE_MS = 72 * 3_600_000;

export type ChangeState = 'pending' | 'approved' | 'rejected' | 'withdrawn' | 'expired' | 'stale';

type Row = Readonly<Record<string, unknown>>;

/** One row that a change writes, as registry_change keeps it: without secrets. */
export interface RowChange {
  readonly table: string;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly odsCodes: readonly string[];
  /** The environments it is about; null: of no environment, and so of every one. */
  readonly environments: readonly string[] | null;
  /** Of the application it belongs to, if to one. */
  readonly applicationState: string | null;
}

/** Any one of these roles may decide. */
export interface SecondPerson {
  readonly rule: string;
  readonly roles: readonly StaffRole[];
}

const eitherSide: readonly StaffRole[] = ['platform-engineer', 'governance-officer'];
const governance: readonly StaffRole[] = ['governance-officer'];

/** A suspended application counts too: else one person could suspend it, change it and let it run again. */
export const IN_USE = ['live', 'suspended'] as const;
const inUse = (state: unknown): boolean => (IN_USE as readonly unknown[]).includes(state);

/** Names the secrets that differ, which the rows themselves leave out (migration 20261127000900). */
const SECRETS_CHANGED = 'secrets_changed';

const RUN_AGAIN = 'letting what was stopped run again';
const CLIENT_IDENTITY = ['workload_issuer', 'workload_audience', 'workload_subject', 'return_targets'];

const runsAgain = (before: Row | null, after: Row | null): boolean =>
  before !== null && before['state'] !== 'active' && after?.['state'] === 'active';

const differ = (name: string, before: Row, after: Row): boolean =>
  JSON.stringify(before[name]) !== JSON.stringify(after[name]);

/** The rule that asks for a second person, or null. */
export function secondPersonFor(change: RowChange): SecondPerson | null {
  const { table, before, after } = change;
  switch (table) {
    case 'application':
      return secondForApplication(before, after);
    case 'binding':
      return before === null && inUse(change.applicationState)
        ? { rule: 'an organisation for a live application', roles: eitherSide }
        : null;
    case 'organisation':
      return runsAgain(before, after) ? { rule: RUN_AGAIN, roles: eitherSide } : null;
    case 'client':
      if (runsAgain(before, after)) return { rule: RUN_AGAIN, roles: eitherSide };
      return before !== null && after !== null && CLIENT_IDENTITY.some((name) => differ(name, before, after))
        ? { rule: 'who a client is', roles: eitherSide }
        : null;
    case 'application_message_set':
      return after !== null && inUse(change.applicationState)
        ? { rule: 'a message set for a live application', roles: eitherSide }
        : null;
    case 'message_set': {
      if (before === null || after === null) return null;
      const held = new Set(before['interactions'] as readonly string[]);
      const widened = (after['interactions'] as readonly string[]).some((id) => !held.has(id));
      return widened ? { rule: 'a wider message set', roles: eitherSide } : null;
    }
    case 'signing_key':
      // A first key starts by itself: it is written as new and moved on in one transaction.
      return before !== null && before['state'] !== after?.['state'] && after?.['state'] !== 'PUBLISHED'
        ? { rule: 'activation or revocation of a signing key', roles: eitherSide }
        : null;
    case 'client_grant':
      return after === null ? null : { rule: 'a grant to a client', roles: eitherSide };
    case 'sro_appointment':
      return before === null
        ? { rule: 'appointment of a senior responsible owner', roles: governance }
        : null;
    case 'write_exception':
      return before === null ? { rule: 'a write exception', roles: governance } : null;
    case 'assurance_floor':
      return { rule: 'the assurance floor', roles: governance };
    default:
      return null;
  }
}

function secondForApplication(before: Row | null, after: Row | null): SecondPerson | null {
  // The first time too: else one person could retire a live application and put another in its place.
  if (after?.['state'] === 'live' && before?.['state'] !== 'live')
    return { rule: 'an application going live', roles: eitherSide };
  if (before === null || after === null || !inUse(before['state'])) return null;
  // As a draft it could be changed freely.
  if (after['state'] === 'draft') return { rule: 'putting an application back to draft', roles: eitherSide };
  const changed = SECRETS_CHANGED in after || ['asid', 'cis2'].some((name) => differ(name, before, after));
  return changed ? { rule: 'ASID, API key or secret of a live application', roles: eitherSide } : null;
}

/** The second persons that the rows of one change need; empty: none. */
export function secondPersons(
  rows: readonly RowChange[],
  fourEyes: ReadonlySet<string>,
): readonly SecondPerson[] {
  if (fourEyes.size === 0) return [];
  const needed = new Map<string, SecondPerson>();
  for (const row of rows) {
    const concerned = row.environments?.some((name) => fourEyes.has(name)) ?? true;
    const second = concerned ? secondPersonFor(row) : null;
    if (second !== null) needed.set(second.rule, second);
  }
  return [...needed.values()];
}

/** How long whoever made an emergency stop may take it back alone. */
export const UNDO_STOP_MS = 15 * 60_000;

/**
 * Whether a stop may be lifted without a second person: a slip of one's own, noticed at once. What changed meanwhile
 * on the thing that was stopped needed a second person of its own.
 */
export function isUndo(
  stop: { readonly stoppedByStaff: string | null; readonly stoppedAtMs: number },
  by: { readonly staffId: string | null },
  nowMs: number,
): boolean {
  const own = by.staffId !== null && by.staffId === stop.stoppedByStaff;
  return own && nowMs - stop.stoppedAtMs < UNDO_STOP_MS;
}

export interface Requested {
  /** Null: asked for by a service's token. */
  readonly requestedByStaff: string | null;
  /** Two accounts with one address are one person. */
  readonly requestedByEmail: string | null;
  readonly state: ChangeState;
  readonly expiresAtMs: number;
  readonly odsCodes: readonly string[];
  /** One role of each list is needed. */
  readonly deciders: readonly (readonly StaffRole[])[];
}

export type DecisionRefusal = 'not-a-person' | 'same-person' | 'role' | 'not-pending' | 'expired';

/** Why somebody may not decide a requested change, or null. */
export function decisionRefusal(
  requested: Requested,
  by: Powers & { readonly staffId: string | null; readonly email: string | null },
  nowMs: number,
): DecisionRefusal | null {
  if (by.staffId === null || by.roles === null) return 'not-a-person';
  const sameAddress =
    by.email !== null && by.email.toLowerCase() === requested.requestedByEmail?.toLowerCase();
  if (by.staffId === requested.requestedByStaff || sameAddress) return 'same-person';
  const reach = reachOf(by, 'change.decide');
  const allowed = requested.deciders.every((roles) => {
    const held = (by.roles ?? []).filter(({ role }) => roles.includes(role));
    const heldReach: Reach = held.some(({ odsCodes }) => odsCodes === null)
      ? 'all'
      : new Set(held.flatMap(({ odsCodes }) => odsCodes ?? []));
    return held.length > 0 && reaches(heldReach, requested.odsCodes);
  });
  if (reach === null || !allowed) return 'role';
  if (requested.state !== 'pending') return 'not-pending';
  return requested.expiresAtMs <= nowMs ? 'expired' : null;
}

/** What differs each time the same change is carried out: when, by whom, and values made by chance. */
const VOLATILE = /^(?!expires_at$).*_(at|by)$|^jwks_id$/;

export interface DiffRow {
  readonly table: string;
  readonly key: string;
  readonly before: Row | null;
  readonly after: Row | null;
}

/** The rows of a change as two people can compare them: the same each time the same change is carried out. */
export function stableDiff(rows: readonly DiffRow[]): readonly DiffRow[] {
  const made = new Map<string, string>();
  for (const { before, after } of rows) {
    const id = after?.['id'];
    if (before === null && typeof id === 'string') made.set(id, `new ${made.size + 1}`);
  }
  const longestFirst = [...made].toSorted(([a], [b]) => b.length - a.length);
  const named = (text: string): string => {
    let renamed = text;
    for (const [id, name] of longestFirst) renamed = renamed.replaceAll(id, name);
    return renamed;
  };
  const stable = (row: Row | null): Row | null =>
    row === null
      ? null
      : Object.fromEntries(
          Object.entries(row)
            .filter(([name]) => !VOLATILE.test(name))
            .map(([name, value]) => [name, typeof value === 'string' ? named(value) : value]),
        );
  return rows.map(({ table, key, before, after }) => ({
    table,
    key: named(key),
    before: stable(before),
    after: stable(after),
  }));
}
