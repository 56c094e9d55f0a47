/** Booking an appointment (A015 finds slots, A016 books one) and cancelling it (A034). */
import { type Appointment, codesIn, servicesIn, type SlotBundle, valueOf } from '../fhir.js';
import { html } from '../html.js';
import { dateTime, errorSummary, heading, hidden, postForm, radios } from '../page.js';
import { type Answer, field, type Route, type Visit } from '../visit.js';
import { readReferral } from './referral.js';

export const appointmentRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/referrals\/(?<ubrn>\d{12})\/book$/, answer: (visit) => slotsPage(visit) },
  { method: 'POST', path: /^\/referrals\/(?<ubrn>\d{12})\/book$/, answer: book },
  {
    method: 'POST',
    path: /^\/referrals\/(?<ubrn>\d{12})\/appointments\/(?<id>\d+)\/cancel$/,
    answer: cancel,
  },
];

async function slotsPage(visit: Visit, error?: string): Promise<Answer> {
  const { referral } = await readReferral(visit);
  const extensions = referral.extension ?? [];
  const query = new URLSearchParams({
    'schedule.actor:HealthcareService': servicesIn(referral)[0]?.id ?? '',
    appointmentType: codesIn(valueOf(extensions, 'ReferralPriority'))[0] ?? 'ROUTINE',
    status: 'free',
    _count: '10',
    page: '1',
  });
  const commissioningOrganisation = valueOf(extensions, 'Commissioning-Rule-Org')?.valueIdentifier?.value;
  const { json } = await visit.send({
    method: 'GET',
    path: `/FHIR/STU3/Slot?${query.toString()}`,
    headers: { 'NHSD-eRS-Comm-Rule-Org': commissioningOrganisation ?? '' },
  });
  const choices = ((json as SlotBundle).entry ?? []).map(({ resource: { id, start } }) => ({
    value: id,
    label: dateTime(start),
  }));
  return {
    title: 'Book an appointment',
    status: error === undefined ? 200 : 400,
    body: html`${error === undefined ? null : errorSummary(error, 'slot')} ${heading('Book an appointment')}
    ${
      choices.length === 0
        ? html`<p>The service has no free appointments.</p>`
        : postForm(
            `/referrals/${visit.params['ubrn'] ?? ''}/book`,
            'Book',
            html`${hidden('version', referral.meta?.versionId ?? '')}
            ${radios('slot', 'When should the patient be seen?', choices, error)}`,
          )
    }`,
  };
}

async function book(visit: Visit): Promise<Answer> {
  const slot = field(visit.form, 'slot');
  if (slot === '') return slotsPage(visit, 'Select a time');
  const ubrn = visit.params['ubrn'] ?? '';
  await visit.send({
    method: 'POST',
    path: '/FHIR/STU3/Appointment',
    json: {
      resourceType: 'Appointment',
      meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-Appointment-1'] },
      status: 'booked',
      slot: [{ reference: `Slot/${slot}` }],
      // The version that the user has seen: e-RS answers 409 if the referral has changed since.
      incomingReferral: [{ reference: `ReferralRequest/${ubrn}/_history/${field(visit.form, 'version')}` }],
    },
  });
  return { redirectTo: `/referrals/${ubrn}` };
}

async function cancel(visit: Visit): Promise<Answer> {
  const path = `/FHIR/STU3/Appointment/${visit.params['id'] ?? ''}`;
  const { json } = await visit.send({ method: 'GET', path });
  await visit.send({
    method: 'PUT',
    path,
    headers: { 'If-Match': field(visit.form, 'version') },
    json: { ...(json as Appointment), status: 'cancelled' },
  });
  return { redirectTo: `/referrals/${visit.params['ubrn'] ?? ''}` };
}
