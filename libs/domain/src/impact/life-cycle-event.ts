/**
 * What may happen to an organisation, its senior responsible owner or a signing key, and the registry as it would be
 * then. A successor is never the same organisation under another name: an APIM application, its ASID and its key belong
 * to one organisation, product, environment and access mode (docs/reference/protocol-facts.md §9), so all of them are
 * new, and nothing of the old organisation is renamed.
 */
import { endOfLondonDayMs, addDays } from '../governance/london-day.js';
import type { Application, Organisation, SigningKey, Snapshot } from '../registry/registry.js';

export const ORGANISATION_EVENTS = [
  'organisation-closes',
  'organisation-merges',
  'organisation-changes-code',
] as const;
export const LIFE_CYCLE_EVENTS = [...ORGANISATION_EVENTS, 'sro-leaves', 'key-suspected'] as const;

export type LifeCycleEvent =
  | { readonly kind: 'organisation-closes'; readonly odsCode: string; readonly firstDay: string }
  | {
      readonly kind: 'organisation-merges' | 'organisation-changes-code';
      readonly odsCode: string;
      /** The ODS code that takes its place. It may not be registered yet. */
      readonly successor: string;
      /** The first day without the old code, `YYYY-MM-DD`, Europe/London. */
      readonly firstDay: string;
    }
  | { readonly kind: 'sro-leaves'; readonly appointmentId: string; readonly firstDay: string }
  | { readonly kind: 'key-suspected'; readonly kid: string };

export function successorOf(event: LifeCycleEvent): string | null {
  return 'successor' in event ? event.successor : null;
}

/** From when the event counts, in epoch ms: never in the past. */
export function effectiveAtMs(event: LifeCycleEvent, nowMs: number): number {
  return 'firstDay' in event ? Math.max(nowMs, endOfLondonDayMs(addDays(event.firstDay, -1))) : nowMs;
}

/** The organisations that the event is about, in the order of their codes; empty: the registry does not know it. */
export function organisationsOf(snapshot: Snapshot, event: LifeCycleEvent): readonly Organisation[] {
  const all = [...snapshot.organisations.values()];
  const affected = all.filter((organisation) => isAffected(organisation, event));
  return affected.sort((one, other) => (one.odsCode < other.odsCode ? -1 : 1));
}

function isAffected({ odsCode, sroAppointments, bindings }: Organisation, event: LifeCycleEvent): boolean {
  if (event.kind === 'sro-leaves') return sroAppointments.some(({ id }) => id === event.appointmentId);
  if (event.kind === 'key-suspected')
    return bindings.some(({ application }) => application.signingKeys.some(({ kid }) => kid === event.kid));
  return odsCode === event.odsCode;
}

export interface Moment {
  readonly nowMs: number;
  /** The key that would sign at once in place of a suspected one, by `standbyFor`; null: none. */
  readonly standbyKid: string | null;
}

/** The registry once the event has happened and nothing has been done but what the event itself forces. */
export function snapshotAfter(snapshot: Snapshot, event: LifeCycleEvent, moment: Moment): Snapshot {
  const changed = organisationsOf(snapshot, event).map((organisation) => after(organisation, event, moment));
  const odsCode = successorOf(event);
  const successor = odsCode === null ? undefined : snapshot.organisations.get(odsCode);
  const organisations = [...(successor === undefined ? [] : [successor]), ...changed];
  return { ...snapshot, organisations: new Map(organisations.map((each) => [each.odsCode, each])) };
}

function after(organisation: Organisation, event: LifeCycleEvent, moment: Moment): Organisation {
  if (event.kind === 'sro-leaves') {
    const withdrawnAtMs = effectiveAtMs(event, moment.nowMs);
    const sroAppointments = organisation.sroAppointments.map((appointment) =>
      appointment.id === event.appointmentId ? { ...appointment, withdrawnAtMs } : appointment,
    );
    return { ...organisation, sroAppointments };
  }
  if (event.kind === 'key-suspected') {
    const bindings = organisation.bindings.map((binding) => ({
      ...binding,
      application: withoutKey(binding.application, event.kid, moment.standbyKid),
    }));
    return { ...organisation, bindings };
  }
  return { ...organisation, state: 'retired' };
}

/** As a key emergency leaves it: the key is gone, and the standby signs in its place. */
function withoutKey(application: Application, kid: string, standbyKid: string | null): Application {
  const suspected = application.signingKeys.find((key) => key.kid === kid);
  if (suspected === undefined) return application;
  const signingKeys = application.signingKeys.map((key): SigningKey => {
    if (key.kid === kid) return { ...key, state: 'REMOVED' };
    return suspected.state === 'ACTIVE' && key.kid === standbyKid ? { ...key, state: 'ACTIVE' } : key;
  });
  return { ...application, signingKeys };
}
