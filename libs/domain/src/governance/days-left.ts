/** How long the access that an environment has today goes on, for monitoring. */
import { isLive, type Snapshot } from '../registry/registry.js';
import { daysBetween, londonDay } from './london-day.js';
import { isInForce } from './sro.js';

export type Expiring = 'client-key' | 'write-exception' | 'sro-review';

export interface DaysLeft {
  readonly kind: Expiring;
  readonly environment: string;
  /** Days until the first one ends; below 0 for a review that is overdue and within its grace. */
  readonly days: number;
}

const DAY_MS = 86_400_000;

/**
 * The first to end of each kind in each environment. What is replaced already does not count: of several keys of a
 * client, or several appointments of an organisation, the one that lasts longest.
 */
export function daysLeft(snapshot: Snapshot, nowMs: number): DaysLeft[] {
  const first = new Map<string, DaysLeft>();
  const add = (kind: Expiring, environment: string, days: number): void => {
    const key = `${kind} ${environment}`;
    if (days < (first.get(key)?.days ?? Infinity)) first.set(key, { kind, environment, days });
  };
  for (const [clientId, expiresAtMs] of lastKeys(snapshot, nowMs)) {
    const client = snapshot.clients.get(clientId);
    if (client?.state === 'active') add('client-key', client.environment, (expiresAtMs - nowMs) / DAY_MS);
  }
  for (const { environment, writeExceptions } of snapshot.applicationsByJwksId.values()) {
    for (const { expiresAtMs, revokedAtMs, cosignedAtMs } of writeExceptions) {
      if (revokedAtMs === null && cosignedAtMs !== null && expiresAtMs > nowMs)
        add('write-exception', environment, (expiresAtMs - nowMs) / DAY_MS);
    }
  }
  const today = londonDay(nowMs);
  for (const { sroAppointments } of snapshot.organisations.values()) {
    for (const environment of new Set(sroAppointments.flatMap(({ environments }) => environments))) {
      const reviews = sroAppointments
        .filter((appointment) => isInForce(appointment, environment, nowMs))
        .map(({ reviewDueOn }) => daysBetween(today, reviewDueOn));
      if (reviews.length > 0) add('sro-review', environment, Math.max(...reviews));
    }
  }
  return [...first.values()];
}

/** By client, when the last of its live keys expires. */
export function lastKeys({ credentials }: Snapshot, nowMs: number): Map<string, number> {
  const last = new Map<string, number>();
  for (const credential of credentials.values()) {
    const { clientId, expiresAtMs } = credential;
    if (isLive(credential, nowMs)) last.set(clientId, Math.max(expiresAtMs, last.get(clientId) ?? 0));
  }
  return last;
}
