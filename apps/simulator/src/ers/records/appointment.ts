import {
  identifier,
  profile,
  STU3_CODES,
  STU3_NHS_NUMBER,
  STU3_SERVICE,
  concept,
  type Fhir,
} from '../fhir.js';
import type { Versioned } from './versioned.js';

/** An appointment, or the deferral of one to the provider (`proposed`). */
export interface Appointment extends Versioned {
  readonly id: string;
  readonly ubrn: string;
  readonly nhsNumber: string;
  readonly serviceId: string;
  readonly slotId?: string;
  readonly start?: string;
  readonly end?: string;
  readonly reviewReason?: string;
  organisations: Set<string>;
  status: 'booked' | 'proposed' | 'cancelled';
}

/** A bookable time. `pas` is how the hospital's own system (PAS) reacts to a booking. */
export interface Slot {
  readonly id: string;
  readonly serviceId: string;
  readonly start: string;
  readonly end: string;
  free: boolean;
  readonly pas: 'confirms' | 'errors' | 'silent';
}

export function commitAppointment(appointment: Appointment, referralVersion: number): void {
  appointment.versions.push(
    Buffer.from(
      JSON.stringify(renderAppointment(appointment, appointment.versions.length + 1, referralVersion)),
    ),
  );
}

function renderAppointment(appointment: Appointment, version: number, referralVersion: number): Fhir {
  return {
    id: appointment.id,
    meta: {
      versionId: String(version),
      profile: [
        ...(profile('eRS-Appointment-1')['profile'] as string[]),
        'https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Appointment-1',
      ],
    },
    language: 'en',
    resourceType: 'Appointment',
    status: appointment.status,
    description: 'e-Referral Appointment',
    ...(appointment.start === undefined ? {} : { start: appointment.start, end: appointment.end }),
    ...(appointment.slotId === undefined ? {} : { slot: [{ reference: `Slot/${appointment.slotId}` }] }),
    ...(appointment.reviewReason === undefined
      ? {}
      : { reason: [concept(`${STU3_CODES}/eRS-ReviewReason-1`, appointment.reviewReason)] }),
    incomingReferral: [{ reference: `ReferralRequest/${appointment.ubrn}/_history/${referralVersion}` }],
    participant: [
      { actor: identifier(STU3_SERVICE, appointment.serviceId), status: 'accepted' },
      { actor: identifier(STU3_NHS_NUMBER, appointment.nhsNumber), status: 'accepted' },
    ],
  };
}

export function renderSlot(slot: Slot): Fhir {
  return {
    id: slot.id,
    meta: profile('eRS-Slot-1'),
    resourceType: 'Slot',
    schedule: { reference: `#Schedule-${slot.serviceId}` },
    status: slot.free ? 'free' : 'busy',
    start: slot.start,
    end: slot.end,
  };
}
