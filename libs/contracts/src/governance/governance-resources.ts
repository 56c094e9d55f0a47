/** What governance officers own: SRO appointments, write exceptions, the assurance floor. */
import { SRO_STATES } from '@gatehouse/domain/governance/sro';
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
} from '../registry/identifiers.js';
import { idCursor, opaqueCursor } from '../cursors.js';
import { order, paging } from '../registry/registry-resources.js';

/** The CIO of the organisation authorises access in writing (docs/reference/protocol-facts.md §9). */
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
  email: z.email('this is not an email address').max(254),
  jobTitle: named('the job title', 200),
  /** The SRO has a current Spine profile with a role at the organisation; it becomes app-restricted-user-id. */
  spineUserId,
  authority: z.strictObject(authority),
  /** A deputy keeps the gate open while there is no owner, on an authority and acceptance of their own. */
  role: z.enum(['owner', 'deputy'], { error: 'the role is owner or deputy' }).default('owner'),
  /** The first day in force; left out: as soon as it is accepted. */
  startsOn: date.optional(),
  /** The appointment that ends once this one is accepted, on the day this one starts. */
  succeeds: uuid.optional(),
  /** In force to the end of that day, Europe/London. Default: a year after the appointment. */
  reviewDueOn: date.optional(),
  graceDays: z.number().int().min(0).max(90).default(0),
  reason: reason.optional(),
});

export const acceptRequest = z.strictObject({ acceptedOn: date.optional(), reason: reason.optional() });
export const reviewRequest = z.strictObject({
  /** Default: a year from today. */
  reviewDueOn: date.optional(),
  reason: reason.optional(),
});

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
  role: z.enum(['owner', 'deputy']),
  state: z.enum(SRO_STATES),
  acceptedAt: instant.nullable(),
  withdrawnAt: instant.nullable(),
  startsOn: z.string().nullable(),
  succeeds: z.string().nullable(),
  reviewDueOn: z.string(),
  /** The latest notice: 60, 30 or 7 days before the review. */
  reviewNotice: z.number().int().nullable(),
  graceDays: z.number().int(),
  /** When the link sent to them expires; null: no link is open. */
  linkExpiresAt: instant.nullable(),
});
export type SroAppointmentView = z.infer<typeof sroAppointment>;

const sroConditions = {
  organisation: odsCode.optional(),
  /** `due`: a review within 60 days, overdue or lapsed. */
  only: z.enum(['proposed', 'due', 'standing', 'withdrawn']).optional(),
};
export const sroFilter = z.strictObject({
  ...paging(opaqueCursor),
  sort: z.enum(['id', 'name']).default('id'),
  order,
  ...sroConditions,
});
export const sroTotalFilter = z.strictObject(sroConditions);
export const idPath = z.strictObject({ id: uuid });

/** The link is shown here and never again. Anyone who has it can answer once, without an account. */
export const madeLink = z.object({ url: z.string(), expiresAt: instant });
export const linkRequest = z.strictObject({
  expiresInDays: z.number().int().min(1).max(30).default(14),
  reason: reason.optional(),
});

export const outlookFilter = z.strictObject({
  /** How far to look ahead. */
  days: z.coerce.number().int().min(0).max(730).default(90),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export const sroOutlook = z.object({
  organisation: z.string(),
  name: z.string(),
  environment: z.string(),
  gate: z.enum(['open', 'deputy', 'grace', 'closed']),
  /** The last day, inclusive; null where it is closed. */
  openUntil: z.string().nullable(),
  /** The person to contact. */
  sro: z
    .object({ id: z.string(), name: z.string(), email: z.string(), state: z.enum(SRO_STATES) })
    .nullable(),
  /** Live application-restricted applications that stop with it. */
  applications: z.array(z.string()),
  /** The requests they sent in the last seven days. */
  requests: z.number().int(),
});
export type SroOutlook = z.infer<typeof sroOutlook>;

/** Only these three may ever be opened to application-restricted access (docs/reference/protocol-facts.md §2). */
export const WRITE_INTERACTIONS = ['A013', 'A028', 'A036'] as const;

export const grantExceptionRequest = z.strictObject({
  environment: environmentName,
  organisation: odsCode,
  product: productName,
  capability,
  interaction: z.enum(WRITE_INTERACTIONS, {
    error: `a write exception is possible for ${WRITE_INTERACTIONS.join(', ')} only`,
  }),
  /** The use case that NHS England has approved. */
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
  state: z.enum(['to be co-signed', 'in force', 'expired', 'revoked']),
  expiresAt: instant,
  revokedAt: instant.nullable(),
  cosignedAt: instant.nullable(),
  /** The senior responsible owner who co-signed. */
  cosignedBy: z.string().nullable(),
  linkExpiresAt: instant.nullable(),
});
export const cosignRequest = z.strictObject({
  /** Where the co-signature on paper is kept. */
  reference,
  reason: reason.optional(),
});
const exceptionConditions = { organisation: odsCode.optional() };
export const exceptionFilter = z.strictObject({ ...paging(idCursor), ...exceptionConditions });
export const exceptionTotalFilter = z.strictObject(exceptionConditions);

export const assuranceLevel = z.union([z.literal(2), z.literal(3)], {
  error: 'e-RS takes authentication assurance level 2 or 3',
});
export const setAssuranceRequest = z.strictObject({
  /** Left out: the floor for all organisations. */
  organisation: odsCode.optional(),
  minimumLevel: assuranceLevel,
  reason: reason.optional(),
});
export const assuranceFloor = z.object({
  organisation: z.string().nullable(),
  minimumLevel: z.number().int(),
});
