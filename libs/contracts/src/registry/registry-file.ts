/**
 * The registry file of platform engineers (docs/guides/onboarding.md). What governance owns (SROs, write
 * exceptions, assurance) is not in it. Unknown keys are faults: a misspelt `capabilty` must not silently mean
 * "none".
 */
import { cellFault } from '@gatehouse/domain/input/spreadsheet-cell';
import { z } from 'zod';
import {
  accessMode,
  asid,
  capability,
  clientName,
  environmentName,
  interactionId,
  messageSetName,
  named,
  odsCode,
  organisationName,
  productName,
  text,
} from './identifiers.js';

export const API_VERSION = 'gatehouse/v1';
/** Services an e-RS ASID may be shared with (docs/reference/protocol-facts.md §9.1). */
export const SHAREABLE_SERVICES = ['NEMS', 'CP-IS', 'GP Connect'] as const;
/** Services whose ASID must be another one; named so that the refusal can say why. */
export const UNSHAREABLE_SERVICES = ['PDS', 'EPS', 'SCR'] as const;

const secretText = text('the secret')
  .min(1, 'the secret is empty')
  .max(200, 'the secret is longer than 200 characters')
  .superRefine((secret, context) => {
    const spoiled = cellFault('secret', secret);
    if (spoiled !== null) context.addIssue({ code: 'custom', message: `the secret ${spoiled}` });
    else if (!/^[\x21-\x7e]*$/.test(secret))
      context.addIssue({ code: 'custom', message: 'the secret contains spaces or characters outside ASCII' });
  });

const fromEnvironment = z.strictObject({
  env: text('the variable name').regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'this is no name of an environment variable',
  ),
});

/** In a file a secret may be named instead of written. */
const secretInFile = z.union([secretText, fromEnvironment], {
  error: ({ input }) =>
    input === undefined
      ? 'the secret is missing'
      : 'write the secret as quoted text of visible ASCII, or as { env: NAME_OF_VARIABLE }',
});

/** Over the wire it must be there: the server has no business in the caller's environment. */
const secretOnWire = text('the secret (resolve { env: NAME } before sending)').pipe(secretText);

const sharedWith = z.enum(SHAREABLE_SERVICES, {
  error: ({ input }) =>
    (UNSHAREABLE_SERVICES as readonly unknown[]).includes(input)
      ? `an ASID used for e-RS can't be shared with ${String(input)}: it needs its own ASID`
      : `an ASID may be shared with ${SHAREABLE_SERVICES.join(', ')} only`,
});

const organisation = z.strictObject({
  odsCode,
  name: organisationName,
  state: z
    .enum(['active', 'suspended', 'retired'], { error: 'the state is active, suspended or retired' })
    .optional(),
});

const product = z.strictObject({
  name: productName,
  state: z.enum(['active', 'retired'], { error: 'the state is active or retired' }).optional(),
});

const messageSet = z.strictObject({
  name: messageSetName,
  interactions: z
    .array(interactionId, { error: 'interactions is a list: [A005, A008]' })
    .min(1, 'no interaction'),
});

const applicationOf = <S extends z.ZodType<unknown>>(secret: S) =>
  z.strictObject({
    organisation: odsCode.optional(),
    organisations: z.array(odsCode).min(1, 'no organisation').optional(),
    product: productName,
    environment: environmentName,
    accessMode,
    capability: capability.optional(),
    asid: asid.optional(),
    asidSharedWith: z.array(sharedWith).optional(),
    apiKey: secret.optional(),
    apiSecret: secret.optional(),
    apimApplicationId: named('the APIM application id', 100).optional(),
    cis2: z
      .strictObject({
        clientId: named('the CIS2 client id', 200),
        auth: z.enum(['private_key_jwt'], { error: 'cis2.auth is private_key_jwt' }),
      })
      .optional(),
    messageSets: z.array(messageSetName).optional(),
    state: z
      .enum(['draft', 'live', 'suspended', 'retired'], {
        error: 'the state is draft, live, suspended or retired',
      })
      .optional(),
  });

const grant = z.strictObject({
  organisation: odsCode,
  product: productName,
  accessMode,
  capability: capability.optional(),
});

/** Same rule as the database's. */
const httpsUrl = text('the URL')
  .max(2000, 'the URL is longer than 2,000 characters')
  .regex(/^https:\/\/[^/?#@\s]+(\/[^#\s]*)?$/, 'write an https URL without user name and fragment');

const client = z.strictObject({
  name: clientName,
  environment: environmentName,
  grants: z.array(grant).optional(),
  returnTargets: z.array(httpsUrl).optional(),
  workload: z
    .strictObject({
      issuer: httpsUrl,
      audience: named('the audience', 500),
      subject: named('the subject', 500),
    })
    .optional(),
  state: z
    .enum(['active', 'suspended', 'retired'], { error: 'the state is active, suspended or retired' })
    .optional(),
});

/** A section that is begun and left empty means what a missing one means. */
const section = <T extends z.ZodType>(entry: T, what: string) =>
  z
    .array(entry, { error: `${what} is a list: begin each entry with a hyphen` })
    .nullish()
    .transform((entries) => entries ?? []);

const documentOf = <S extends z.ZodType<unknown>>(secret: S) =>
  z.strictObject(
    {
      apiVersion: z.literal(API_VERSION, { error: `apiVersion must be ${API_VERSION}` }),
      organisations: section(organisation, 'organisations'),
      products: section(product, 'products'),
      messageSets: section(messageSet, 'messageSets'),
      applications: section(applicationOf(secret), 'applications'),
      clients: section(client, 'clients'),
    },
    { error: ({ code }) => (code === 'invalid_type' ? 'the registry file must be one mapping' : undefined) },
  );

/** As written by people. */
export const registryFile = documentOf(secretInFile);
/** An application as sent to the admin API. */
export const applicationOnWire = applicationOf(secretOnWire);
/** As sent to the admin API: every secret resolved. */
export const registryDocument = documentOf(secretOnWire);

export type RegistryFile = z.infer<typeof registryFile>;
export type RegistryDocument = z.infer<typeof registryDocument>;
