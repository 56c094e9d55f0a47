import { HEALTH_CAUSES, HEALTHS } from '@gatehouse/domain/policy/health';
import { containsNhsNumber } from '@gatehouse/domain/input/nhs-number';
import {
  ACCESS_MODES,
  APPLICATION_STATES,
  CAPABILITIES,
  CIS2_CLIENT_AUTHS,
  CIS2_CLIENT_STATES,
  CIS2_SIGNING_ALGORITHMS,
  CLIENT_STATES,
  RATE_SHARES,
  ORGANISATION_STATES,
  PRODUCT_STATES,
} from '@gatehouse/domain/registry/records/vocabulary';
import { HOW_TO_WRITE_A_MOMENT, readMoment } from '@gatehouse/domain/input/moment';
import { unseenCharacter } from '@gatehouse/domain/input/visible-text';
import { z } from 'zod';
import { listed } from '../fault-words.js';

/** YAML reads an unquoted 200000002454 as a number and 1E5 as 100000: the fault says to put it in quotes. */
export function text(what: string) {
  return z.string({
    error: ({ input }) => {
      if (input === undefined) return `${what} is missing`;
      if (typeof input === 'number') return `${what} was read as a number: put it in quotes`;
      return `${what} must be text`;
    },
  });
}

export const named = (what: string, longest: number) =>
  text(what)
    .trim()
    .min(1, `${what} is empty`)
    .max(longest, `${what} is longer than ${longest} characters`)
    .superRefine((name, context) => {
      const unseen = unseenCharacter(name);
      if (unseen !== null) context.addIssue({ code: 'custom', message: `${what} ${unseen}` });
    });

/** One word of a closed set: "the state is draft, live, suspended or retired". */
export function wordOf<const W extends readonly [string, ...string[]]>(what: string, words: W) {
  return z.enum(words, { error: `${what} is ${listed(words)}` });
}

/** Upper case only: a second spelling of an ODS code would be a second organisation. */
export const odsCode = text('the ODS code').regex(
  /^[A-Z0-9]{1,10}$/,
  'an ODS code has 1 to 10 capital letters and digits',
);
export const asid = text('the ASID').regex(/^[0-9]{12}$/, 'an ASID has exactly 12 digits');
export const spineUserId = text('the Spine user id').regex(
  /^[0-9]{12}$/,
  'a Spine user id has exactly 12 digits',
);
export const interactionId = text('an interaction').regex(
  /^A[0-9]{3}$/,
  'an interaction is A and three digits, A005',
);
export const environmentName = text('the environment').regex(
  /^[a-z][a-z0-9-]{0,30}$/,
  'an environment is written in lower case: int, prod, sandbox',
);
export const accessMode = wordOf('the access mode', ACCESS_MODES);
export const capability = wordOf('the capability', CAPABILITIES);
export const organisationState = wordOf('the state', ORGANISATION_STATES);
export const productState = wordOf('the state', PRODUCT_STATES);
export const applicationState = wordOf('the state', APPLICATION_STATES);
export const clientState = wordOf('the state', CLIENT_STATES);
export const rateShare = wordOf('the share of the rate', RATE_SHARES);
export const cis2ClientAuth = wordOf('auth', CIS2_CLIENT_AUTHS);
export const cis2SigningAlgorithm = wordOf('the signing algorithm', CIS2_SIGNING_ALGORITHMS);
export const cis2ClientState = wordOf('the state', CIS2_CLIENT_STATES);
export const organisationName = named("the organisation's name", 200);
export const productName = named('the product', 100);
export const messageSetName = text('the message set').regex(
  /^[a-z0-9][a-z0-9.-]{0,63}$/,
  'a message set name has lower-case letters, digits, dots and hyphens, at most 64',
);
export const clientName = text('the client').regex(
  /^[a-z0-9][a-z0-9.-]{0,63}$/,
  'a client name has lower-case letters, digits, dots and hyphens, at most 64',
);
export const personName = named('the name', 200);
export const reference = named('the reference', 200);
/** Kept in clear, in the registry's history and in the audit trail. */
export const reason = named('the reason', 500).refine((reasonText) => !containsNhsNumber(reasonText), {
  error: 'leave the NHS number out: reasons are kept in clear',
});
export const label = named('the label', 100);
export const sha256Hex = text('the document hash').regex(
  /^[0-9a-f]{64}$/,
  'write the SHA-256 as 64 hex digits',
);
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month is written as 2026-11');
export const date = z.iso.date('write a date as YYYY-MM-DD');
export const instant = z.iso.datetime();
/** A day, which is the whole day in Europe/London, or an instant with its zone. */
export const moment = z
  .string()
  .refine((given) => readMoment(given) !== null, { error: HOW_TO_WRITE_A_MOMENT });
export const uuid = z.uuid('this is not an id');
/** Of a healthcare worker, as NHS CIS2 knows them. */
export const userId = z.string().regex(/^[0-9]{12}$/, 'a CIS2 user id has 12 digits');

export const healthCause = z.enum(HEALTH_CAUSES);
/** Whether calls work, or why they are refused. */
export const healthFilter = z.enum([...HEALTHS, ...HEALTH_CAUSES]);
