import type { Attachment, AttachmentState } from './records/attachment.js';
import type { ErsData } from './records/data.js';
import { testNhsNumber } from './records/nhs-numbers.js';
import { commitReferral, type Referral } from './records/referral.js';
import type { Service } from './records/services.js';

/** The organisations of the data set: two of one tenant, one of another, and a GP practice that refers. */
export const EVERYONE = ['R69', 'RCD', 'X26', 'A20047', 'R68', 'D82106'];
export const STARTED_AT = '2026-05-01T09:55:00.000Z';

export type ReferralInput = Partial<
  Omit<Referral, 'ubrn' | 'versions' | 'organisations' | 'services' | 'worklists'>
> & {
  ubrn: string;
  organisations?: readonly string[];
  services?: readonly string[];
  worklists?: readonly string[];
  versions?: number;
};

/** Adds a synthetic referral with `versions` versions (default 1). */
export function addReferral(data: ErsData, input: ReferralInput): Referral {
  const { organisations, services, worklists, versions, ...given } = input;
  const referral: Referral = {
    nhsNumber: testNhsNumber(0),
    state: 'NOT_BOOKED',
    priority: 'ROUTINE',
    specialty: 'CARDIOLOGY',
    attachments: [],
    startedAt: STARTED_AT,
    referrerOdsCode: 'A20047',
    comments: [],
    ...given,
    organisations: new Set(organisations ?? EVERYONE),
    services: (services ?? ['11002']).map((id) => serviceOf(data, id)),
    worklists: new Set(worklists ?? []) as Referral['worklists'],
    versions: [],
  };
  for (let version = 0; version < (versions ?? 1); version++) commitReferral(referral, data.base);
  data.referrals.set(referral.ubrn, referral);
  return referral;
}

export type AttachmentInput = {
  id: string;
  contentType?: string;
  title?: string;
  sizeBytes?: number;
  bytes?: Buffer;
  state?: AttachmentState;
  organisations?: readonly string[];
};

/** Adds an attachment. Without bytes it is a synthetic one of `sizeBytes`. */
export function addAttachment(data: ErsData, input: AttachmentInput): Attachment {
  const attachment: Attachment = {
    id: input.id,
    contentType: input.contentType ?? 'application/pdf',
    title: input.title ?? 'test-document.pdf',
    sizeBytes: input.bytes?.length ?? input.sizeBytes ?? 0,
    createdAt: STARTED_AT,
    state: input.state ?? 'CURRENT',
    organisations: new Set(input.organisations ?? EVERYONE),
    ...(input.bytes === undefined ? {} : { bytes: input.bytes }),
  };
  data.attachments.set(attachment.id, attachment);
  return attachment;
}

/** The service of that id. A new id becomes a service of R69. */
export function serviceOf(data: ErsData, id: string): Service {
  let service = data.services.get(id);
  if (service === undefined) {
    service = {
      id,
      name: `Test-Service ${id}`,
      providerOdsCode: 'R69',
      specialty: 'CARDIOLOGY',
      kind: 'DIRECTLY_BOOKABLE',
    };
    data.services.set(id, service);
  }
  return service;
}
