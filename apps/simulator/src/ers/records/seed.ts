import { addAttachment, addReferral, EVERYONE, serviceOf, STARTED_AT } from '../add.js';
import { commitAdvice, type AdviceRequest } from './advice-request.js';
import { commitAppointment } from './appointment.js';
import type { Attachment } from './attachment.js';
import type { ErsData } from './data.js';
import { testNhsNumber } from './nhs-numbers.js';
import { onePagePdf } from './pdf.js';

const REFERRER = '021600556514';

/** Replaces everything with the test data set, as after every start and reset. */
export function seed(data: ErsData): void {
  data.clear();
  const letter = addAttachment(data, {
    id: 'c5d2d200-7613-4a69-9c5f-1bb68e04b8d8',
    title: 'test-letter.pdf',
    bytes: onePagePdf('Test-Patient, synthetic referral letter'),
  });
  const note = addAttachment(data, {
    id: 'att-70000-70001',
    contentType: 'text/plain',
    title: 'test-note.txt',
    bytes: Buffer.from('Test-Patient: synthetic note\n'),
  });
  addAttachment(data, { id: 'att-70000-pending', state: 'PENDING', sizeBytes: 1000 });
  addAttachment(data, { id: 'att-70000-threats', state: 'THREATS_FOUND', sizeBytes: 1000 });
  addAttachment(data, { id: 'att-70000-invalid', state: 'VALIDATION_FAILED', sizeBytes: 1000 });
  addAttachment(data, {
    id: 'att-70000-large',
    title: 'test-scan.dcm',
    contentType: 'application/dicom',
    sizeBytes: 6 * 1024 * 1024,
  });

  addReferral(data, {
    ubrn: '000000070000',
    nhsNumber: '9000000009',
    state: 'BOOKED',
    appointmentId: '70000',
    attachments: [letter, note],
    services: ['11000'],
    worklists: ['REFERRALS_FOR_REVIEW'],
    versions: 6,
  });
  addReferral(data, {
    ubrn: '000049614844',
    nhsNumber: testNhsNumber(1),
    state: 'TRIAGE',
    services: ['11012'],
    worklists: ['REFERRALS_FOR_REVIEW'],
    versions: 4,
  });
  addReferral(data, {
    ubrn: '000000070002',
    nhsNumber: testNhsNumber(2),
    state: 'TRIAGE',
    services: ['11012'],
    worklists: ['REFERRALS_FOR_REVIEW'],
    versions: 3,
  });
  addReferral(data, {
    ubrn: '000000070003',
    nhsNumber: testNhsNumber(3),
    services: ['11013'],
    worklists: ['APPOINTMENT_SLOT_ISSUES'],
    versions: 2,
  });
  addReferral(data, {
    ubrn: '000000070004',
    nhsNumber: testNhsNumber(4),
    services: ['11013'],
    worklists: ['APPOINTMENT_SLOT_ISSUES', 'AWAITING_BOOKING'],
    versions: 2,
  });
  addReferral(data, {
    ubrn: '000000070005',
    nhsNumber: testNhsNumber(5),
    services: ['11000'],
    worklists: ['AWAITING_BOOKING', 'LETTERS_OUTSTANDING'],
    versions: 6,
  });
  addReferral(data, {
    ubrn: '000000070006',
    nhsNumber: testNhsNumber(6),
    organisations: ['X26'],
    services: ['11021'],
    worklists: ['REFERRALS_FOR_REVIEW'],
    state: 'TRIAGE',
    versions: 2,
  });
  addReferral(data, {
    ubrn: '000000070007',
    nhsNumber: testNhsNumber(7),
    organisations: ['R69', 'RCD'],
    state: 'TRIAGE',
    services: ['11012'],
    worklists: ['REFERRALS_FOR_REVIEW'],
    versions: 2,
  });
  addReferral(data, { ubrn: '000000070009', nhsNumber: testNhsNumber(8), patientError: true });
  addReferral(data, {
    ubrn: '000000070010',
    nhsNumber: testNhsNumber(9),
    state: 'BOOKED',
    locked: true,
    versions: 2,
  });
  addReferral(data, {
    ubrn: '000000070011',
    nhsNumber: testNhsNumber(10),
    state: 'CANCELLED',
    cancellationReason: 'RAISED_IN_ERROR',
    versions: 2,
  });

  seedAppointments(data);
  addAdvice(data, '000000070001', '9000000009', [note], false);
  addAdvice(data, '000049146177', testNhsNumber(11), [], false);
  addAdvice(data, '000000070008', testNhsNumber(12), [], true);
}

function seedAppointments(data: ErsData): void {
  for (let i = 0; i < 12; i++) {
    const day = String(i + 1).padStart(2, '0');
    const pas = i === 10 ? 'errors' : i === 11 ? 'silent' : 'confirms';
    const id = pas === 'confirms' ? String(11_000_021 + i) : pas === 'errors' ? '11002026' : '11002027';
    data.slots.set(id, {
      id,
      serviceId: '11000',
      start: `2027-03-${day}T12:00:00+00:00`,
      end: `2027-03-${day}T13:00:00+00:00`,
      free: true,
      pas,
    });
  }
  const appointment = {
    id: '70000',
    ubrn: '000000070000',
    nhsNumber: '9000000009',
    serviceId: '11000',
    slotId: '11000020',
    start: '2027-02-01T12:00:00+00:00',
    end: '2027-02-01T13:00:00+00:00',
    status: 'booked' as const,
    organisations: new Set(EVERYONE),
    versions: [],
  };
  for (let version = 1; version <= 5; version++) commitAppointment(appointment, version);
  data.appointments.set(appointment.id, appointment);
}

function addAdvice(
  data: ErsData,
  ubrn: string,
  nhsNumber: string,
  attachments: Attachment[],
  convertible: boolean,
): void {
  const advice: AdviceRequest = {
    ubrn,
    nhsNumber,
    attachments,
    convertible,
    organisations: new Set(EVERYONE),
    state: 'PROVIDER_RESPONSE_REQUIRED',
    priority: 'ROUTINE',
    specialty: 'CARDIOLOGY',
    services: [serviceOf(data, '11014')],
    requestedAt: STARTED_AT,
    referrerUserId: REFERRER,
    referrerOdsCode: 'A20047',
    messages: [],
    versions: [],
  };
  for (let version = 1; version <= 6; version++) commitAdvice(advice, data.base);
  const message = (id: string, sentBy: 'REQUESTER' | 'RESPONDER', text: string, version: number) => ({
    id: `${ubrn.slice(-5)}-${id}`,
    sentBy,
    text,
    sentAt: STARTED_AT,
    userId: sentBy === 'REQUESTER' ? REFERRER : '555073103100',
    odsCode: sentBy === 'REQUESTER' ? 'A20047' : 'R69',
    version,
    attachments: sentBy === 'REQUESTER' ? attachments : [],
  });
  advice.messages = [
    message('1', 'REQUESTER', 'Test-Patient: is a referral needed?', 1),
    message('2', 'RESPONDER', 'Please send the test results.', 2),
    message('3', 'REQUESTER', 'Results attached.', 3),
  ];
  data.advice.set(ubrn, advice);
}
