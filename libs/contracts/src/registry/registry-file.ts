/**
 * The registry file of platform engineers (docs/guides/onboarding.md). Unknown keys are faults: a misspelt `capabilty`
 * must not silently mean "none".
 */
import { cellFault } from '@gatehouse/domain/input/spreadsheet-cell';
import type { RegistryList } from '@gatehouse/domain/registry/records/registry-records';
import { z } from 'zod';
import { text } from './identifiers.js';
import {
  applicationShapes,
  cis2ClientShapes,
  clientShapes,
  messageSetShapes,
  organisationShapes,
  productShapes,
} from './record-shapes.js';

export const API_VERSION = 'gatehouse/v1';

const secretText = text('the secret')
  .min(1, 'the secret is empty')
  .max(200, 'the secret is longer than 200 characters')
  .superRefine((secret, context) => {
    const spoiled = cellFault('secret', secret);
    if (spoiled !== null) context.addIssue({ code: 'custom', message: `the secret ${spoiled}` });
    else if (!/^[\x21-\x7e]*$/.test(secret))
      context.addIssue({ code: 'custom', message: 'the secret contains spaces or characters outside ASCII' });
  });

/** A secret named by the environment variable that holds it. */
export const secretByName = z.strictObject({
  env: text('the variable name').regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'this is no name of an environment variable',
  ),
});

/** In a file a secret may be named instead of written. */
const secretInFile = z.union([secretText, secretByName], {
  error: ({ input }) =>
    input === undefined
      ? 'the secret is missing'
      : 'write the secret as quoted text of visible ASCII, or as { env: NAME_OF_VARIABLE }',
});

/** Over the wire it must be there: the server must not read its environment for a caller. */
const secretOnWire = text('the secret (resolve { env: NAME } before sending)').pipe(secretText);

/** A section that is begun and left empty means what a missing one means. */
const section = <S extends z.ZodRawShape>(what: RegistryList, shapes: S) =>
  z
    .array(z.strictObject(shapes), { error: `${what} is a list: begin each entry with a hyphen` })
    .nullish()
    .transform((entries) => entries ?? []);

const sectionsOf = <S extends z.ZodType<unknown>>(secret: S) =>
  ({
    organisations: section('organisations', organisationShapes),
    products: section('products', productShapes),
    messageSets: section('messageSets', messageSetShapes),
    applications: section('applications', applicationShapes(secret)),
    cis2Clients: section('cis2Clients', cis2ClientShapes(secret)),
    clients: section('clients', clientShapes),
  }) satisfies Readonly<Record<RegistryList, z.ZodType>>;

const documentOf = <S extends z.ZodType<unknown>>(secret: S) =>
  z.strictObject(
    {
      apiVersion: z.literal(API_VERSION, { error: `apiVersion must be ${API_VERSION}` }),
      ...sectionsOf(secret),
    },
    { error: ({ code }) => (code === 'invalid_type' ? 'the registry file must be one mapping' : undefined) },
  );

/** As written by people. */
export const registryFile = documentOf(secretInFile);
/** As sent to the admin API: every secret resolved. */
export const registryDocument = documentOf(secretOnWire);
/** An application as sent to the admin API. */
export const applicationOnWire = z.strictObject(applicationShapes(secretOnWire));

export type RegistryFile = z.infer<typeof registryFile>;
export type RegistryDocument = z.infer<typeof registryDocument>;
