/** What may change of one organisation or application. What is left out stays as it is; a list is the whole list. */
import { z } from 'zod';
import { odsCode, organisationName, reason, uuid } from './identifiers.js';
import { applicationOnWire } from './registry-file.js';

export const organisationPath = z.strictObject({ odsCode });
export const applicationPath = z.strictObject({ id: uuid });

export const organisationChange = z.strictObject({
  name: organisationName.optional(),
  state: z
    .enum(['active', 'suspended', 'retired'], { error: 'the state is active, suspended or retired' })
    .optional(),
  reason: reason.optional(),
});
export type OrganisationChange = z.output<typeof organisationChange>;

/** Environment, product, access mode, capability and organisations say which application it is. */
export const applicationChange = applicationOnWire
  .pick({
    asid: true,
    asidSharedWith: true,
    apiKey: true,
    apiSecret: true,
    apimApplicationId: true,
    cis2: true,
    messageSets: true,
    state: true,
  })
  .extend({ reason: reason.optional() });
export type ApplicationChange = z.output<typeof applicationChange>;
