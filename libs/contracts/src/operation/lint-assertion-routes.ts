/** Checks a client assertion for API Management without a call. */
import { z } from 'zod';
import { uuid } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

const MOST_OF_ASSERTION = 20_000;
const MOST_OF_JWKS = 100_000;

/** No text of a fault repeats what was sent: an assertion is a credential. */
export const lintAssertionRequest = z
  .strictObject({
    assertion: z
      .string()
      .trim()
      .min(1, 'paste the client assertion')
      .max(MOST_OF_ASSERTION, `an assertion has at most ${MOST_OF_ASSERTION} characters`),
    /** Gives the keys, the token URL and the API key. */
    application: uuid.optional(),
    tokenUrl: z
      .url({ protocol: /^https?$/, error: 'write a whole URL' })
      .max(500)
      .optional(),
    /** A JSON text with a list `keys`. */
    jwks: z.string().trim().max(MOST_OF_JWKS, `a JWKS has at most ${MOST_OF_JWKS} characters`).optional(),
  })
  .refine(({ application, tokenUrl }) => (application === undefined) !== (tokenUrl === undefined), {
    path: ['tokenUrl'],
    error: 'name one: the application, or the token URL that is called',
  })
  .refine(({ application, jwks }) => application === undefined || jwks === undefined, {
    path: ['jwks'],
    error: 'leave it out where the application is named: its own keys are used',
  });

export const lintAssertionRoutes = {
  assertionLint: {
    method: 'POST',
    path: '/lint-assertion',
    summary:
      'What the token endpoint of API Management would answer to a client assertion, without a call. The assertion is neither logged nor recorded',
    permission: 'doctor',
    keepsToReach: true,
    body: lintAssertionRequest,
    response: z.object({
      ok: z.boolean(),
      /** In the order of API Management: the first is its answer, the others would be the next ones. */
      faults: z.array(
        z.object({
          code: z.string(),
          status: z.number().int(),
          error: z.string(),
          description: z.string(),
          place: z.string(),
          whatToDo: z.string(),
        }),
      ),
      warnings: z.array(z.string()),
      notChecked: z.array(z.string()),
    }),
  },
} as const satisfies Record<string, RouteContract>;
