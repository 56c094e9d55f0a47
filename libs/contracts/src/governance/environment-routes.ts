/** The environments, and the rule of two people in each. */
import { z } from 'zod';
import { environmentName, reason } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

export const environment = z.object({
  name: z.string(),
  kind: z.enum(['authenticated', 'open']),
  /** Whether this deployment serves it. */
  isServed: z.boolean(),
  /** Whether it is production: by its name, or because it leads to the live NHS. */
  isProduction: z.boolean(),
  /** Whether changes that matter need a second person. */
  fourEyes: z.boolean(),
});

export const environmentRoutes = {
  environmentList: {
    method: 'GET',
    path: '/environments',
    summary: 'Environments, and whether changes that matter need a second person there',
    permission: 'registry.read',
    keepsToReach: true,
    response: z.object({ items: z.array(environment) }),
  },
  environmentFourEyes: {
    method: 'PUT',
    path: '/environments/:environment/four-eyes',
    summary:
      'Set whether changes that matter need a second person; where they do, changing that needs one as well',
    permission: 'four-eyes.write',
    params: z.strictObject({ environment: environmentName }),
    body: z.strictObject({ fourEyes: z.boolean(), reason }),
    response: environment,
    fourEyes: true,
  },
} as const satisfies Record<string, RouteContract>;
