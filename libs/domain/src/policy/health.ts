/**
 * Whether calls work, in one word: what the registry refuses whoever calls, or else how the newest call ended. Follows
 * the order of the decision (docs/request-path.md, stage “decide”), as far as it doesn't depend on the call.
 */
import type { AuditOutcome } from '../audit/audit.js';
import type { ErrorCode } from '../errors.js';
import type { AccessMode, EnvironmentKind } from '../registry/records/vocabulary.js';

export const HEALTHS = ['works', 'refused', 'never called'] as const;

/** Why calls are refused, as lists filter by it. */
export const HEALTH_CAUSES = [
  'no client',
  'stopped',
  'not live',
  'no ASID',
  'no API key',
  'no SRO',
  'no signing key',
  'newest call',
] as const;
export type HealthCause = (typeof HEALTH_CAUSES)[number];

/** What the registry says about an application. */
export interface Standing {
  readonly environmentKind: EnvironmentKind;
  readonly accessMode: AccessMode;
  /** Whether one of its organisations is active. */
  readonly organisationActive: boolean;
  readonly state: string;
  readonly hasAsid: boolean;
  readonly hasApiKey: boolean;
  /** Whether one of its active organisations has an owner in force. */
  readonly sroInForce: boolean;
  readonly keyActive: boolean;
  /** Whether an active client has a grant for it. */
  readonly hasClient: boolean;
}

/** A call that is over. */
export interface Ended {
  readonly atMs: number;
  readonly outcome: AuditOutcome;
  /** Of a refusal or failure; null where e-RS answered. */
  readonly code: string | null;
  /** HTTP status of e-RS; null if it was not asked or not heard. */
  readonly status: number | null;
}

export interface Health {
  readonly health: (typeof HEALTHS)[number];
  /** Null unless it is refused. */
  readonly cause: HealthCause | null;
  /** Why it is refused, in a few words; null otherwise. */
  readonly reason: string | null;
  readonly code: string | null;
  /** When the newest call began, epoch ms; null where the registry alone refuses, or nobody has called. */
  readonly atMs: number | null;
}

/** @param newest the newest call; null: none in the time that was looked at */
export function applicationHealth(standing: Standing, newest: Ended | null): Health {
  const obstacle = obstacleOf(standing);
  if (obstacle !== null) return { health: 'refused', ...obstacle, atMs: null };
  if (newest === null) return NEVER_CALLED;
  const { atMs, outcome, code, status } = newest;
  if (outcome === 'COMPLETED') return { health: 'works', cause: null, reason: null, code: null, atMs };
  return {
    ...{ health: 'refused', cause: 'newest call', reason: endOf(newest), atMs },
    code: code ?? (status === null ? outcome : null),
  };
}

const NEVER_CALLED: Health = { health: 'never called', cause: null, reason: null, code: null, atMs: null };

interface Obstacle {
  readonly cause: HealthCause;
  readonly reason: string;
  readonly code: ErrorCode;
}

/** The first thing that refuses every call; null: nothing does. */
function obstacleOf(standing: Standing): Obstacle | null {
  const { environmentKind, accessMode, state } = standing;
  const isGuarded = environmentKind === 'authenticated';
  if (!standing.hasClient) return { cause: 'no client', reason: 'no client has a grant', code: 'GW_GRANT' };
  if (!standing.organisationActive)
    return { cause: 'stopped', reason: 'the organisation is stopped', code: 'GW_ORGANISATION_SUSPENDED' };
  if (state !== 'live')
    return {
      cause: state === 'suspended' ? 'stopped' : 'not live',
      reason: STATE_REASONS[state] ?? 'not live',
      code: 'GW_APPLICATION_STATE',
    };
  if (isGuarded && !standing.hasAsid) return { cause: 'no ASID', reason: 'no ASID', code: 'GW_ASID_MISSING' };
  if (isGuarded && !standing.hasApiKey)
    return { cause: 'no API key', reason: 'no API key', code: 'GW_ASID_MISSING' };
  if (isGuarded && accessMode === 'application-restricted' && !standing.sroInForce)
    return { cause: 'no SRO', reason: 'no SRO in force', code: 'GW_SRO_LAPSED' };
  if (isGuarded && !standing.keyActive)
    return { cause: 'no signing key', reason: 'no active signing key', code: 'GW_KEY_MISSING' };
  return null;
}

const STATE_REASONS: Readonly<Record<string, string>> = {
  draft: 'not live yet',
  suspended: 'stopped',
  retired: 'retired',
};

function endOf({ outcome, status }: Ended): string {
  if (outcome === 'REFUSED') return 'Gatehouse refused the newest call';
  if (status !== null) return `e-RS answered ${status}`;
  return 'the newest call failed';
}

/**
 * That of an organisation: the worst of its applications, the newest call first. Applications that are not live yet or
 * retired say nothing about it.
 */
export function organisationHealth(
  applications: readonly { readonly state: string; readonly health: Health }[],
): Health {
  const used = applications.filter(({ state }) => state === 'live' || state === 'suspended');
  const healths = used
    .map(({ health }) => health)
    .toSorted((one, other) => (other.atMs ?? 0) - (one.atMs ?? 0));
  const refused = healths.filter(({ health }) => health === 'refused');
  // What refuses every call comes before a call that failed.
  const worst = refused.find(({ atMs }) => atMs === null) ?? refused[0];
  if (worst !== undefined) {
    const share = used.length === 1 ? '' : `${refused.length} of ${used.length} applications: `;
    return { ...worst, reason: `${share}${worst.reason}` };
  }
  return healths.find(({ health }) => health === 'works') ?? NEVER_CALLED;
}
