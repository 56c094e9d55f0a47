/** Whether the applications of a page of a list work, read apart from the list so that the list need not wait. */
import { HEALTHS } from '@gatehouse/domain/policy/health';
import { z } from 'zod';
import { instant, odsCode, text, uuid } from './identifiers.js';
import type { RouteContract } from '../route-contract.js';

const MOST = 100;

/** Names with commas between them. A fault says which of them is wrong, and never repeats it. */
const several = (what: string, one: z.ZodType<string>) =>
  text(what).superRefine((list, context) => {
    const names = list.split(',');
    if (names.length > MOST)
      return context.addIssue(`give at most ${MOST} ${what}, with commas between them`);
    for (const [at, name] of names.entries()) {
      const { error } = one.safeParse(name);
      if (error !== undefined) context.addIssue(`number ${at + 1} of them: ${error.issues[0]?.message}`);
    }
  });

export const healthOf = z.object({
  /** Application id or ODS code, as it was asked for. */
  id: z.string(),
  health: z.enum(HEALTHS),
  /** Why it is refused; null otherwise. */
  reason: z.string().nullable(),
  /** Of the refusal or failure; null where there is none. */
  code: z.string().nullable(),
  /** When the newest call began, if the answer rests on it. */
  at: instant.nullable(),
});

export const healthRoutes = {
  healthShow: {
    method: 'GET',
    path: '/health',
    summary: 'Whether applications or organisations work, are refused and why, or were not called in 90 days',
    permission: 'registry.read',
    keepsToReach: true,
    query: z.strictObject({
      applications: several('application ids', uuid).optional(),
      organisations: several('ODS codes', odsCode).optional(),
    }),
    response: z.object({ items: z.array(healthOf) }),
  },
} as const satisfies Record<string, RouteContract>;
