/**
 * What a registry file may write into each field of each kind of record, with faults that say what to write instead.
 * The keys are those of the records' declarations in libs/domain; a missing one does not compile.
 */
import type { APPLICATION_FIELDS } from '@gatehouse/domain/registry/records/application-fields';
import type { CIS2_CLIENT_FIELDS } from '@gatehouse/domain/registry/records/cis2-client-fields';
import type { CLIENT_FIELDS } from '@gatehouse/domain/registry/records/client-fields';
import type {
  MESSAGE_SET_FIELDS,
  ORGANISATION_FIELDS,
  PRODUCT_FIELDS,
} from '@gatehouse/domain/registry/records/registry-records';
import { SHAREABLE_SERVICES, UNSHAREABLE_SERVICES } from '@gatehouse/domain/registry/records/vocabulary';
import { z } from 'zod';
import {
  accessMode,
  applicationState,
  asid,
  capability,
  cis2ClientAuth,
  cis2ClientState,
  cis2SigningAlgorithm,
  clientName,
  clientState,
  environmentName,
  interactionId,
  messageSetName,
  named,
  odsCode,
  organisationName,
  organisationState,
  productName,
  productState,
  rateShare,
  text,
} from './identifiers.js';

type ShapesOf<F> = Readonly<Record<keyof F, z.ZodType>>;

export const organisationShapes = {
  odsCode,
  name: organisationName,
  state: organisationState.optional(),
} satisfies ShapesOf<typeof ORGANISATION_FIELDS>;

export const productShapes = {
  name: productName,
  state: productState.optional(),
} satisfies ShapesOf<typeof PRODUCT_FIELDS>;

export const messageSetShapes = {
  name: messageSetName,
  interactions: z
    .array(interactionId, { error: 'interactions is a list: [A005, A008]' })
    .min(1, 'no interaction'),
} satisfies ShapesOf<typeof MESSAGE_SET_FIELDS>;

export const shareableService = z.enum(SHAREABLE_SERVICES, {
  error: ({ input }) =>
    UNSHAREABLE_SERVICES.some((service) => service === input)
      ? `an ASID used for e-RS can't be shared with ${String(input)}: it needs its own ASID`
      : `an ASID may be shared with ${SHAREABLE_SERVICES.join(', ')} only`,
});

/** @param secret how a secret is written: in a file it may be named, over the wire it is there */
export function applicationShapes<S extends z.ZodType<unknown>>(secret: S) {
  return {
    /** In place of `organisations` where there is one. */
    organisation: odsCode.optional(),
    organisations: z.array(odsCode).min(1, 'no organisation').optional(),
    product: productName,
    environment: environmentName,
    accessMode,
    capability: capability.optional(),
    asid: asid.optional(),
    asidSharedWith: z.array(shareableService).optional(),
    apiKey: secret.optional(),
    apiSecret: secret.optional(),
    apimApplicationId: named('the APIM application id', 100).optional(),
    /** Earlier versions kept it here. */
    cis2: z
      .undefined({
        error:
          'a CIS2 client belongs to a product: write it as an entry of cis2Clients, with product and environment',
      })
      .optional(),
    messageSets: z.array(messageSetName).optional(),
    state: applicationState.optional(),
  } satisfies ShapesOf<
    typeof APPLICATION_FIELDS & { readonly organisation: unknown; readonly cis2: unknown }
  >;
}

/** @param secret as for applications */
export function cis2ClientShapes<S extends z.ZodType<unknown>>(secret: S) {
  return {
    product: productName,
    environment: environmentName,
    clientId: named('the CIS2 client id', 200),
    auth: cis2ClientAuth,
    signingAlgorithm: cis2SigningAlgorithm.optional(),
    clientSecret: secret.optional(),
    state: cis2ClientState.optional(),
  } satisfies ShapesOf<typeof CIS2_CLIENT_FIELDS>;
}

const grant = z.strictObject({
  organisation: odsCode,
  product: productName,
  accessMode,
  capability: capability.optional(),
});

/** The database has the same rule. */
const httpsUrl = text('the URL')
  .max(2000, 'the URL is longer than 2,000 characters')
  .regex(/^https:\/\/[^/?#@\s]+(\/[^#\s]*)?$/, 'write an https URL without user name and fragment');

/** A browser's own machine needs no certificate. In `prod` the target must be https all the same, as the plan says. */
const returnTarget = text('the URL')
  .max(2000, 'the URL is longer than 2,000 characters')
  .regex(
    /^(https:\/\/[^/?#@\s]+|http:\/\/(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)(\/[^#\s]*)?$/,
    'write an https URL without user name and fragment; http is for localhost and 127.0.0.1 alone',
  );

const workload = z.strictObject({
  issuer: httpsUrl,
  audience: named('the audience', 500),
  subject: named('the subject', 500),
});

export const clientShapes = {
  name: clientName,
  environment: environmentName,
  grants: z.array(grant).optional(),
  returnTargets: z.array(returnTarget).optional(),
  workload: workload.optional(),
  rateShare: rateShare.optional(),
  state: clientState.optional(),
} satisfies ShapesOf<typeof CLIENT_FIELDS>;
