/** What a supplier's server sends to sign a user in, to open a session and to choose a role. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { checkShape } from '@gatehouse/contracts/fault-words';
import { GatewayError } from '@gatehouse/domain/errors';
import { parseStrictJson } from '@gatehouse/domain/input/strict-json';
import { USER_FUNCTIONS } from '@gatehouse/domain/users/roles';
import type { Exchange } from '../exchange.js';
import { readBody } from '../listener/read-body.js';

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

/** @throws GW_MEDIA_TYPE, GW_BODY_SYNTAX, and what reading a body throws */
export async function readJson(request: IncomingMessage, exchange: Exchange): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new GatewayError('GW_MEDIA_TYPE');
  const body = await readBody(request, { kind: 'json' }, exchange.bodies);
  return parseStrictJson(body ?? Buffer.alloc(0));
}

/** @throws GW_BODY_SYNTAX with each fault and its place */
export function shaped<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, error } = checkShape(schema, value);
  if (error === undefined) return data;
  const candidates = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new GatewayError('GW_BODY_SYNTAX', { candidates: candidates.slice(0, 10) });
}
