/** What may change of one organisation or application. What is left out stays as it is; a list is the whole list. */
import { z } from 'zod';
import { asid, odsCode, reason, uuid } from './identifiers.js';
import { organisationShapes } from './record-shapes.js';
import { signingKey } from '../operation/operation-resources.js';
import { applicationOnWire } from './registry-file.js';
import { cis2Client } from './registry-resources.js';

export const organisationPath = z.strictObject({ odsCode });
export const applicationPath = z.strictObject({ id: uuid });
export const cis2ClientPath = z.strictObject({ id: uuid });

export const cis2ClientRecord = cis2Client.extend({
  keys: z.array(signingKey),
  /** Exactly as NHS CIS2 needs it; empty where the supplier signs its users in itself. */
  toRegister: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** Of one calendar minute, by the clock of the database; for all callers and replicas together. */
export const applicationRate = z.object({
  /** How many calls Gatehouse sends at most; null: this deployment doesn't serve the environment. */
  perMinute: z.number().int().nullable(),
  /** How many of them are left; null: that is not known while the replicas divide the rate. */
  left: z.number().int().nullable(),
});
export type ApplicationRate = z.output<typeof applicationRate>;

export const organisationChange = z
  .strictObject({ ...organisationShapes, reason: reason.optional() })
  .omit({ odsCode: true })
  .partial();
export type OrganisationChange = z.output<typeof organisationChange>;

/** Every field but those that say which application it is. Null removes the value. */
export const applicationChange = applicationOnWire
  .omit({
    organisation: true,
    organisations: true,
    product: true,
    environment: true,
    accessMode: true,
    capability: true,
  })
  .extend({
    asid: asid.nullable().optional(),
    apimApplicationId: applicationOnWire.shape.apimApplicationId.nullable(),
    reason: reason.optional(),
  });
export type ApplicationChange = z.output<typeof applicationChange>;
