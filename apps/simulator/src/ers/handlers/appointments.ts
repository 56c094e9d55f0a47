import { randomUUID } from 'node:crypto';
import { FHIR_JSON } from '../../apim/apim-errors.js';
import { jsonReply } from '../../wire/reply.js';
import { commitAppointment, renderSlot, type Appointment, type Slot } from '../records/appointment.js';
import { changed, notFound, requireRelationship, type ErsCall, type Handler } from '../call.js';
import { ErsError } from '../ers-errors.js';
import { PRIORITIES, searchset } from '../fhir.js';
import { commitReferral, type Referral } from '../records/referral.js';
import { currentVersion } from '../records/versioned.js';
import { requireCurrent, requireUnlocked, serveVersion } from '../versions.js';
import { referralOf } from './referral-reads.js';

/** A015 and A038. */
export const appointmentReads: Readonly<Record<string, Handler>> = {
  appointment: (call) => serveVersion(appointmentOf(call), 'Appointment'),
  appointmentVersion: (call) => serveVersion(appointmentOf(call), 'Appointment', call.params['version']),

  slots(call) {
    const { query, world, identity } = call;
    if (identity.commissioningRuleOrganisation === undefined)
      throw new ErsError(400, 'MISSING_HEADER', 'NHSD-eRS-Comm-Rule-Org is required');
    const needed = (name: string): string => {
      const value = query.get(name);
      if (!value) throw new ErsError(400, 'MISSING_PARAMETER', `'${name}' is required`);
      return value;
    };
    const serviceId = needed('schedule.actor:HealthcareService');
    if (!PRIORITIES.includes(needed('appointmentType')))
      throw new ErsError(400, 'INVALID_CODE', "'appointmentType' has an unknown code");
    if (needed('status') !== 'free') throw new ErsError(400, 'INVALID_VALUE', "'status' must be free");
    const count = wholeNumber(needed('_count'), '_count');
    const page = wholeNumber(needed('page'), 'page');
    const service = world.ers.services.get(serviceId);
    if (service === undefined)
      throw new ErsError(400, 'REFERENCE_NOT_FOUND', `Service ${serviceId} not found`);
    if (service.kind !== 'DIRECTLY_BOOKABLE')
      throw new ErsError(400, 'INVALID_STATE', 'The service is not directly bookable');
    const free = [...world.ers.slots.values()].filter((slot) => slot.free && slot.serviceId === serviceId);
    const entries = free
      .slice((page - 1) * count, page * count)
      .map((slot) => ({ fullUrl: `${world.ers.base}/STU3/Slot/${slot.id}`, resource: renderSlot(slot) }));
    const at = new Date(world.clock.nowMs()).toISOString();
    return jsonReply(
      200,
      {
        ...searchset(randomUUID(), at, `${world.ers.base}/STU3/Slot?${query.toString()}`, entries),
        total: free.length,
      },
      [],
      FHIR_JSON,
    );
  },
};

/** A016 and A034. */
export const appointmentWrites: Readonly<Record<string, Handler>> = {
  bookAppointment(call) {
    const { world, body } = call;
    if (body['resourceType'] !== 'Appointment')
      throw new ErsError(422, 'INVALID_VALUE', "'resourceType' must be Appointment");
    const referral = incomingReferral(call);
    if (referral.state !== 'NOT_BOOKED' && referral.state !== 'TRIAGE')
      throw new ErsError(422, 'INVALID_REQUEST_STATE', `The referral is ${referral.state}`);
    const status = body['status'];
    if (status !== 'booked' && status !== 'proposed')
      throw new ErsError(422, 'INVALID_VALUE', "'status' must be booked or proposed");
    const slot = status === 'booked' ? bookableSlot(call, referral) : undefined;
    const reviewReason = (body['reason'] as { coding?: { code?: string }[] }[] | undefined)?.[0]?.coding?.[0]
      ?.code;
    if (status === 'proposed' && reviewReason === undefined)
      throw new ErsError(422, 'MISSING_VALUE', "'reason' is required for a deferral");
    const appointment: Appointment = {
      id: world.ers.nextId(),
      ubrn: referral.ubrn,
      nhsNumber: referral.nhsNumber,
      status,
      serviceId: slot?.serviceId ?? referral.services[0]?.id ?? '',
      ...(slot === undefined ? {} : { slotId: slot.id, start: slot.start, end: slot.end }),
      ...(reviewReason === undefined ? {} : { reviewReason }),
      organisations: referral.organisations,
      versions: [],
    };
    if (slot !== undefined) slot.free = false;
    world.ers.appointments.set(appointment.id, appointment);
    referral.appointmentId = appointment.id;
    referral.state = status === 'booked' ? 'BOOKED' : 'TRIAGE';
    referral.worklists = new Set([status === 'booked' ? 'REFERRALS_FOR_REVIEW' : 'APPOINTMENT_SLOT_ISSUES']);
    commitReferral(referral, world.ers.base);
    commitAppointment(appointment, currentVersion(referral));
    changed(call);
    return serveVersion(appointment, 'Appointment', undefined, 201);
  },

  updateAppointment(call) {
    const appointment = appointmentOf(call);
    requireCurrent(call, appointment);
    if (call.body['resourceType'] !== 'Appointment')
      throw new ErsError(422, 'INVALID_VALUE', "'resourceType' must be Appointment");
    if (call.body['status'] !== 'cancelled')
      throw new ErsError(422, 'INAPPROPRIATE_VALUE', "'status' can only become cancelled");
    if (appointment.status === 'cancelled')
      throw new ErsError(422, 'INVALID_REQUEST_STATE', 'The appointment has been cancelled');
    appointment.status = 'cancelled';
    const slot = call.world.ers.slots.get(appointment.slotId ?? '');
    if (slot !== undefined) slot.free = true;
    const referral = call.world.ers.referrals.get(appointment.ubrn);
    if (referral !== undefined) {
      delete referral.appointmentId;
      referral.state = 'NOT_BOOKED';
      commitReferral(referral, call.world.ers.base);
    }
    commitAppointment(appointment, referral === undefined ? 1 : currentVersion(referral));
    changed(call);
    return serveVersion(appointment, 'Appointment');
  },
};

function appointmentOf(call: ErsCall): Appointment {
  const appointment = call.world.ers.appointments.get(call.params['id'] ?? '');
  if (appointment === undefined) throw notFound(false, 'Appointment');
  requireRelationship(call, appointment);
  return appointment;
}

/** The referral named in `incomingReferral`, at its current version: 409 otherwise. */
function incomingReferral(call: ErsCall): Referral {
  const reference = (call.body['incomingReferral'] as { reference?: string }[] | undefined)?.[0]?.reference;
  if (reference === undefined) throw new ErsError(422, 'MISSING_VALUE', "'incomingReferral' is required");
  const [, ubrn, version] = /^ReferralRequest\/(\d{12})\/_history\/(\d+)$/.exec(reference) ?? [];
  if (ubrn === undefined)
    throw new ErsError(422, 'INVALID_VALUE', "'incomingReferral' must name a version of a ReferralRequest");
  if (!call.world.ers.referrals.has(ubrn))
    throw new ErsError(422, 'REFERENCE_NOT_FOUND', `ReferralRequest/${ubrn} not found`);
  const referral = referralOf(call, ubrn);
  requireUnlocked(referral);
  if (Number(version) !== currentVersion(referral))
    throw new ErsError(409, undefined, `Version ${version ?? ''} is not the current version`);
  return referral;
}

/**
 * A free slot that the hospital's PAS confirms. If the PAS refuses it is 502, if it doesn't answer 504
 * (docs/reference/protocol-facts.md §1.7).
 */
function bookableSlot(call: ErsCall, referral: Referral): Slot {
  const reference = (call.body['slot'] as { reference?: string }[] | undefined)?.[0]?.reference;
  if (reference === undefined) throw new ErsError(422, 'MISSING_VALUE', "'slot' is required for a booking");
  const slot = call.world.ers.slots.get(reference.replace(/^Slot\//, ''));
  if (slot === undefined) throw new ErsError(422, 'REFERENCE_NOT_FOUND', `${reference} not found`);
  if (!slot.free) throw new ErsError(422, 'SLOT_NOT_AVAILABLE', `${reference} has been taken`);
  const attempt = `PAS unable to create booking into slot '${slot.id}' for UBRN: ${referral.ubrn}. PAS Request Status:`;
  if (slot.pas === 'errors') throw new ErsError(502, 'PAS_RESPONDED_WITH_ERROR', `${attempt} ERROR`);
  if (slot.pas === 'silent') throw new ErsError(504, 'PAS_NOT_RESPONDING', `${attempt} TIMED_OUT`);
  return slot;
}

function wholeNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new ErsError(400, 'INVALID_VALUE', `'${name}' must be a positive whole number`);
  return Number(text);
}
