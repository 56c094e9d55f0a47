/** What governance officers own: SRO appointments, write exceptions, the assurance floor (design §6). */
import { z } from 'zod';
import {
  capability,
  date,
  environmentName,
  instant,
  interactionId,
  named,
  odsCode,
  personName,
  productName,
  reason,
  reference,
  sha256Hex,
  spineUserId,
  uuid,
} from './identifiers.js';
import { paging } from './registry-resources.js';

/** The CIO of the organisation authorises access in writing (protocol-facts §9). */
const authority = {
  cioName: personName,
  reference,
  date,
  documentSha256: sha256Hex,
};

export const appointRequest = z.strictObject({
  organisation: odsCode,
  environments: z.array(environmentName).min(1, 'name at least one environment'),
  name: personName,
  email: z.email('this is no email address').max(254),
  jobTitle: named('the job title', 200),
  /** The SRO has a current Spine profile with a role at the organisation; it becomes app-restricted-user-id. */
  spineUserId,
  authority: z.strictObject(authority),
  /** In force to the end of that day, Europe/London. Default: a year after the appointment. */
  reviewDueOn: date.optional(),
  graceDays: z.number().int().min(0).max(90).default(0),
  reason: reason.optional(),
});

export const acceptRequest = z.strictObject({ acceptedOn: date.optional(), reason: reason.optional() });
export const reviewRequest = z.strictObject({ reviewDueOn: date, reason: reason.optional() });

export const sroAppointment = z.object({
  id: z.string(),
  organisation: z.string(),
  environments: z.array(z.string()),
  name: z.string(),
  email: z.string(),
  jobTitle: z.string(),
  spineUserId: z.string(),
  authority: z.object({
    cioName: z.string(),
    reference: z.string(),
    date: z.string(),
    documentSha256: z.string(),
  }),
  state: z.enum(['proposed', 'in force', 'lapsed', 'withdrawn']),
  acceptedAt: instant.nullable(),
  withdrawnAt: instant.nullable(),
  reviewDueOn: z.string(),
  graceDays: z.number().int(),
});
export type SroAppointmentView = z.infer<typeof sroAppointment>;

export const sroFilter = z.strictObject({ ...paging, organisation: odsCode.optional() });
export const idPath = z.strictObject({ id: uuid });

/** Only these three may ever be opened to application-restricted access (protocol-facts §2). */
export const WRITE_INTERACTIONS = ['A013', 'A028', 'A036'] as const;

export const grantExceptionRequest = z.strictObject({
  environment: environmentName,
  organisation: odsCode,
  product: productName,
  capability,
  interaction: z.enum(WRITE_INTERACTIONS, {
    error: `a write exception is possible for ${WRITE_INTERACTIONS.join(', ')} only`,
  }),
  /** The use case NHS England approved. */
  useCaseReference: reference,
  expiresOn: date,
  reason: reason.optional(),
});

export const writeException = z.object({
  id: z.string(),
  applicationId: z.string(),
  environment: z.string(),
  organisations: z.array(z.string()),
  product: z.string(),
  capability: z.string().nullable(),
  interaction: interactionId,
  useCaseReference: z.string(),
  state: z.enum(['in force', 'expired', 'revoked']),
  expiresAt: instant,
  revokedAt: instant.nullable(),
});
export const exceptionFilter = z.strictObject({ ...paging, organisation: odsCode.optional() });

export const assuranceLevel = z.union([z.literal(2), z.literal(3)], {
  error: 'e-RS takes authentication assurance level 2 or 3',
});
export const setAssuranceRequest = z.strictObject({
  /** Without it: the floor of all organisations. */
  organisation: odsCode.optional(),
  minimumLevel: assuranceLevel,
  reason: reason.optional(),
});
export const assuranceFloor = z.object({
  organisation: z.string().nullable(),
  minimumLevel: z.number().int(),
});
