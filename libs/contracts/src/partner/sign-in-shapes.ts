/**
 * What a supplier's server sends to the partner listener to sign a user in, to open a session and to choose a role, and
 * what it gets (docs/guides/user-sign-in.md).
 */
import { USER_FUNCTIONS } from '@gatehouse/domain/users/roles';
import { z } from 'zod';

const odsCode = z.string().regex(/^[A-Z0-9]{1,10}$/, 'write an ODS code, in capital letters');
const product = z.string().min(1).max(100);
const jwt = z.string().regex(/^[\w-]{1,8192}\.[\w-]{1,8192}\.[\w-]{1,2048}$/, 'this is not a signed JWT');

/** RFC 7636 §4.2; `plain` is not taken. */
const codeChallenge = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'write the SHA-256 of your code verifier in base64url, 43 characters');
const codeVerifier = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{43,128}$/, 'write the code verifier, 43 to 128 of A-Z a-z 0-9 - . _ ~');

export const loginBody = z
  .strictObject({
    product,
    returnTarget: z.string().min(1).max(2_000),
    state: z.string().regex(/^[A-Za-z0-9._~-]{1,512}$/, 'write 1 to 512 of A-Z a-z 0-9 - . _ ~'),
    codeChallenge,
    organisation: odsCode.optional(),
    pattern: z.enum(['separate', 'combined']).default('separate'),
  })
  .refine(({ pattern, organisation }) => pattern === 'separate' || organisation !== undefined, {
    path: ['organisation'],
    error: 'name the organisation: combined authentication signs a user in for one',
  });

export const codeBody = z.strictObject({
  code: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'this is not a code that Gatehouse issued'),
  codeVerifier,
});

export const idTokenBody = z.strictObject({
  idToken: jwt,
  accessToken: z.string().min(1).max(8_192).optional(),
  product,
});

export const roleBody = z.strictObject({
  organisation: odsCode,
  businessFunction: z.enum(USER_FUNCTIONS),
  onBehalfOf: z
    .string()
    .regex(/^[0-9]{12}$/, 'write the 12 digits of a user id')
    .optional(),
});

/** Where to send the user's browser. */
export const loginBegun = z.object({ loginId: z.string(), url: z.url() });

const offeredRole = z.object({
  organisation: z.string(),
  organisationName: z.string().nullable(),
  businessFunction: z.string(),
  inWords: z.string(),
});

/** What a supplier's server gets to know of a session, in every answer about it. Times are ISO 8601. */
export const userSession = z.object({
  user: z.object({ userId: z.string(), name: z.string().nullable() }),
  assurance: z.object({ authentication: z.number().int(), identity: z.number().int() }),
  /** The roles that can be chosen. */
  roles: z.array(offeredRole),
  /** The role in force for requests that choose none; null while several are left open. */
  role: z
    .object({
      organisation: z.string(),
      businessFunction: z.string(),
      onBehalfOf: z.string().nullable(),
    })
    .nullable(),
  /** The session ends then, however much it is used. */
  endsAt: z.iso.datetime(),
  /** The session ends then if it is not used before. */
  idleEndsAt: z.iso.datetime(),
});
export type SessionAnswer = z.infer<typeof userSession>;

/** The answer to the code or ID token of a user. The handle is a secret. */
export const sessionOpened = userSession.extend({ handle: z.string() });

/** The people for whom the user may act. */
export const actedFor = z.object({
  people: z.array(z.object({ userId: z.string(), name: z.string().nullable() })),
});
