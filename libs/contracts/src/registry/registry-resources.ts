/** Organisations, applications and clients as the admin API shows them. API keys are masked; no secret is here. */
import { APPLICATION_FIELDS } from '@gatehouse/domain/registry/records/application-fields';
import { CIS2_CLIENT_FIELDS } from '@gatehouse/domain/registry/records/cis2-client-fields';
import { CLIENT_FIELDS } from '@gatehouse/domain/registry/records/client-fields';
import { ORGANISATION_FIELDS, RECORD_KINDS } from '@gatehouse/domain/registry/records/registry-records';
import { z } from 'zod';
import {
  accessMode,
  applicationState,
  asid,
  capability,
  healthFilter,
  clientName,
  environmentName,
  instant,
  label,
  odsCode,
  organisationState,
  productName,
  reason,
  uuid,
} from './identifiers.js';
import { clientCursor, idCursor, opaqueCursor } from '../cursors.js';
import { registryDocument } from './registry-file.js';
import { shownShapes } from './shown-shapes.js';

/**
 * Keyset paging: `after` is the `next` of the page before.
 * @param cursor the shape of `after` in this list
 */
export const paging = <T extends z.ZodType>(cursor: T) => ({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  after: cursor.optional(),
});
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

/** A list is counted up to here: more rows than that are “more than 10,000”. */
export const MOST_COUNTED = 10_000;
/** How many rows of a list a filter finds, whatever its pages. */
export const total = z.object({
  total: z.number().int().max(MOST_COUNTED),
  /** There are more than `total`, which is 10,000 unless the list has rows that the reader may not see. */
  isMore: z.boolean(),
});

const changeValue = z.union([z.string(), z.array(z.string()), z.null()]);
export const registryChange = z.object({
  action: z.enum(['create', 'update', 'retire', 'unchanged']),
  kind: z.enum(RECORD_KINDS),
  key: z.string(),
  fields: z.array(z.object({ name: z.string(), before: changeValue, after: changeValue })),
});
export type RegistryChangeView = z.infer<typeof registryChange>;

export const registryDiff = z.object({
  registryVersion: z.number().int(),
  changes: z.array(registryChange),
  /**
   * What is worth a look before it is applied: how many applications would wait for an SRO, and at most 100 organisations
   * that the NHS publishes otherwise, by the ODS files that were loaded.
   */
  remarks: z.array(z.string()),
});

export const applyRequest = z.strictObject({ document: registryDocument, reason: reason.optional() });
export const diffRequest = z.strictObject({ document: registryDocument });

/** One line of the answer to apply. `done`, `pending` or `failed` is the last one. */
export const applyProgress = z.discriminatedUnion('type', [
  z.object({ type: z.literal('planned'), changes: z.number().int(), unchanged: z.number().int() }),
  z.object({
    type: z.literal('progress'),
    step: z.string(),
    done: z.number().int(),
    total: z.number().int(),
  }),
  z.object({ type: z.literal('done'), registryVersion: z.number().int(), changes: z.array(registryChange) }),
  z.object({
    /** Nothing is changed until a second person approves the change of this id. */
    type: z.literal('pending'),
    id: z.string(),
    rules: z.array(z.string()),
    expiresAt: instant,
  }),
  z.object({ type: z.literal('failed'), title: z.string(), detail: z.string().optional() }),
]);
export type ApplyProgress = z.infer<typeof applyProgress>;

export const organisation = z.object({
  ...shownShapes(ORGANISATION_FIELDS),
  applications: z.number().int(),
  sroReviewDueOn: z.string().nullable(),
});

export const application = z.object({
  id: z.string(),
  /** By the pattern of NHS England's guidance. */
  name: z.string(),
  ...shownShapes(APPLICATION_FIELDS),
  jwksUrl: z.string(),
  activeKid: z.string().nullable(),
});

export const cis2Client = z.object({ id: z.string(), ...shownShapes(CIS2_CLIENT_FIELDS) });

export const clientKey = z.object({
  keyId: z.string(),
  label: z.string().nullable(),
  state: z.enum(['usable', 'expired', 'revoked']),
  createdAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
});
export const client = z.object({
  ...shownShapes(CLIENT_FIELDS, {
    grants: z.array(
      z.object({
        organisation: z.string(),
        product: z.string(),
        accessMode,
        capability: capability.nullable(),
      }),
    ),
    workload: z.object({ issuer: z.string(), audience: z.string(), subject: z.string() }),
  }),
  keys: z.array(clientKey),
});

/** Names one application the way people do, or by its id. */
export const applicationChoice = {
  application: uuid.optional(),
  environment: environmentName.optional(),
  organisation: odsCode.optional(),
  product: productName.optional(),
  accessMode: accessMode.optional(),
  capability: capability.optional(),
};
export type ApplicationChoice = z.infer<z.ZodObject<typeof applicationChoice>>;

export const order = z.enum(['asc', 'desc']).default('asc');

const applicationConditions = {
  environment: environmentName.optional(),
  organisation: odsCode.optional(),
  product: productName.optional(),
  state: applicationState.optional(),
  asid: asid.optional(),
  health: healthFilter.optional(),
};
export const applicationFilter = z.strictObject({
  ...paging(opaqueCursor),
  /** `name`: of the organisation; of several, of the one with the first ODS code. */
  sort: z.enum(['id', 'name', 'environment', 'product', 'state', 'createdAt']).default('id'),
  order,
  ...applicationConditions,
});
export const applicationTotalFilter = z.strictObject(applicationConditions);
const organisationConditions = {
  state: organisationState.optional(),
  health: healthFilter.optional(),
};
export const organisationFilter = z.strictObject({
  ...paging(opaqueCursor),
  sort: z.enum(['odsCode', 'name', 'state']).default('odsCode'),
  order,
  ...organisationConditions,
});
export const organisationTotalFilter = z.strictObject(organisationConditions);
const cis2ClientConditions = {
  environment: environmentName.optional(),
  product: productName.optional(),
};
export const cis2ClientFilter = z.strictObject({ ...paging(idCursor), ...cis2ClientConditions });
export const cis2ClientTotalFilter = z.strictObject(cis2ClientConditions);
const clientConditions = {
  environment: environmentName.optional(),
  /** Clients with a grant for it. */
  organisation: odsCode.optional(),
};
export const clientFilter = z.strictObject({
  ...paging(clientCursor),
  sort: z.enum(['environment', 'name']).default('environment'),
  order,
  ...clientConditions,
});
export const clientTotalFilter = z.strictObject(clientConditions);

export const issueKeyRequest = z.strictObject({
  expiresInDays: z.number().int().min(1).max(366).default(90),
  label: label.optional(),
  reason: reason.optional(),
});
/** The key is shown here and never again. */
export const issuedKey = z.object({ keyId: z.string(), key: z.string(), expiresAt: instant });
export const clientPath = z.strictObject({ environment: environmentName, client: clientName });
export const keyIdPath = z.strictObject({
  keyId: z.string().regex(/^[0-9A-Za-z]{12}$/, 'a key id has 12 letters and digits'),
});
export const reasonOnly = z.strictObject({ reason: reason.optional() });
export const reasonNeeded = z.strictObject({ reason });
