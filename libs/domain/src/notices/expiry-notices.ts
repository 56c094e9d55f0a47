/** Notices of what ends soon: the last key of a client, a write exception, and the review of an SRO's appointment. */
import { addDays, daysBetween, londonDay } from '../governance/london-day.js';
import { isInForce, REVIEW_NOTICE_DAYS } from '../governance/sro.js';
import { lastKeys } from '../governance/days-left.js';
import type { Organisation, Snapshot } from '../registry/registry.js';
import type { Notice } from './notice.js';

/** Days before the end at which it is announced. */
const NOTICE_DAYS = [30, 14, 7, 1] as const;

/**
 * What is to be announced now. A stage that has been announced has the same `onceKey`, and after a standstill only the
 * stage that is reached now is announced, not those that were missed.
 */
export function expiryNotices(snapshot: Snapshot, nowMs: number): Notice[] {
  return [
    ...clientKeyNotices(snapshot, nowMs),
    ...writeExceptionNotices(snapshot, nowMs),
    ...[...snapshot.organisations.values()].flatMap((organisation) => reviewNotices(organisation, nowMs)),
  ];
}

function clientKeyNotices(snapshot: Snapshot, nowMs: number): Notice[] {
  return [...lastKeys(snapshot, nowMs)].flatMap(([clientId, expiresAtMs]) => {
    const client = snapshot.clients.get(clientId);
    const stage = stageOf(NOTICE_DAYS, expiresAtMs, nowMs);
    if (client?.state !== 'active' || stage === null) return [];
    return {
      kind: 'expiry',
      onceKey: `client-key ${clientId} ${londonDay(expiresAtMs)} ${String(stage)}`,
      title: `The last key of the client ${client.name} in ${client.environment} expires on ${londonDay(expiresAtMs)}`,
      body: 'From then on every request of this client is refused.',
      whatToDo: 'Issue another key, and let the service change to it before that day.',
      path: `/clients/${client.environment}~${encodeURIComponent(client.name)}/show`,
      odsCodes: [...new Set(client.grants.map(({ odsCode }) => odsCode))],
      staffId: null,
    };
  });
}

function writeExceptionNotices({ organisations }: Snapshot, nowMs: number): Notice[] {
  const bindings = [...organisations.values()].flatMap((organisation) => organisation.bindings);
  return bindings.flatMap(({ odsCode, application }) =>
    application.writeExceptions.flatMap(({ id, interaction, expiresAtMs, revokedAtMs, cosignedAtMs }) => {
      const stage = stageOf(NOTICE_DAYS, expiresAtMs, nowMs);
      if (revokedAtMs !== null || cosignedAtMs === null || stage === null) return [];
      return {
        kind: 'expiry',
        onceKey: `write-exception ${id} ${String(stage)}`,
        title: `The write exception of ${odsCode} for ${interaction} in ${application.environment} ends on ${londonDay(expiresAtMs)}`,
        body: `From then on ${interaction} is refused under application-restricted access.`,
        whatToDo: 'If it is still needed, grant another one and have it co-signed before that day.',
        path: `/applications/${application.id}/show`,
        odsCodes: [odsCode],
        staffId: null,
      };
    }),
  );
}

/** Of the appointment that lasts longest in each environment; those before it have a successor. */
function reviewNotices({ odsCode, sroAppointments }: Organisation, nowMs: number): Notice[] {
  const environments = new Set(sroAppointments.flatMap((appointment) => appointment.environments));
  const last = [...environments].flatMap((environment) => {
    const inForce = sroAppointments.filter((appointment) => isInForce(appointment, environment, nowMs));
    return inForce.toSorted((a, b) => b.reviewDueOn.localeCompare(a.reviewDueOn)).slice(0, 1);
  });
  return [...new Set(last)].flatMap(({ id, reviewDueOn }) => {
    const left = daysBetween(londonDay(nowMs), reviewDueOn);
    const stage = REVIEW_NOTICE_DAYS.findLast((days) => left <= days);
    if (stage === undefined) return [];
    return {
      kind: 'sro',
      onceKey: `sro-review ${id} ${reviewDueOn} ${String(stage)}`,
      title: `The review of the SRO of ${odsCode} is due by ${reviewDueOn}`,
      body: `From ${addDays(reviewDueOn, 1)} on, or after the grace that governance has set, calls for this organisation are refused.`,
      whatToDo: 'Review the appointment with the organisation, and record the next review.',
      path: `/organisations/${odsCode}/show`,
      odsCodes: [odsCode],
      staffId: null,
    };
  });
}

const DAY_MS = 86_400_000;

/** The stage that is reached: the fewest days in which it still fits; null: it ends later, or has ended. */
export function stageOf(stages: readonly number[], endsAtMs: number, nowMs: number): number | null {
  const left = endsAtMs - nowMs;
  if (left <= 0) return null;
  return stages.findLast((days) => left <= days * DAY_MS) ?? null;
}
