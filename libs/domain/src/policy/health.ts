/**
 * Whether calls work, in one word: what the registry refuses whoever calls, or else how the newest call ended. Follows
 * the order of the decision (docs/request-path.md, stage “decide”), as far as it doesn't depend on the call.
 */
import type { AuditOutcome } from '../audit/audit.js';
import type { ErrorCode } from '../errors.js';
import type { AccessMode, EnvironmentKind } from '../registry/records/vocabulary.js';

export const HEALTHS = ['works', 'refused', 'never called'] as const;

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
  if (newest === null) return { health: 'never called', reason: null, code: null, atMs: null };
  const { atMs, outcome, code, status } = newest;
  if (outcome === 'COMPLETED') return { health: 'works', reason: null, code: null, atMs };
  return { health: 'refused', reason: endOf(newest), code: code ?? (status === null ? outcome : null), atMs };
}

/** The first thing that refuses every call; null: nothing does. */
function obstacleOf(standing: Standing): { readonly reason: string; readonly code: ErrorCode } | null {
  const { environmentKind, accessMode, state } = standing;
  const isGuarded = environmentKind === 'authenticated';
  if (!standing.hasClient) return { reason: 'no client has a grant', code: 'GW_GRANT' };
  if (!standing.organisationActive)
    return { reason: 'the organisation is stopped', code: 'GW_ORGANISATION_SUSPENDED' };
  if (state !== 'live') return { reason: STATE_REASONS[state] ?? 'not live', code: 'GW_APPLICATION_STATE' };
  if (isGuarded && !standing.hasAsid) return { reason: 'no ASID', code: 'GW_ASID_MISSING' };
  if (isGuarded && !standing.hasApiKey) return { reason: 'no API key', code: 'GW_ASID_MISSING' };
  if (isGuarded && accessMode === 'application-restricted' && !standing.sroInForce)
    return { reason: 'no SRO in force', code: 'GW_SRO_LAPSED' };
  if (isGuarded && !standing.keyActive) return { reason: 'no active signing key', code: 'GW_KEY_MISSING' };
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
  return (
    healths.find(({ health }) => health === 'works') ?? {
      health: 'never called',
      reason: null,
      code: null,
      atMs: null,
    }
  );
}
