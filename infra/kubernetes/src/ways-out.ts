/** What is called, by its name in the settings, which say where it is; and the roles that call it. */
import { type Role, ROLES } from '../../shared/roles.ts';

export const WAYS_OUT = {
  database: ROLES,
  aws: ROLES,
  proxy: ROLES,
  // Partner: tokens, calls, and keys of CIS2. Public: sign-in with CIS2. Admin and worker ask about applications.
  nhs: ROLES,
  staffIssuer: ['admin'],
  workloadIssuers: ['partner'],
  collector: ['partner'],
  metricsCollector: ROLES,
  buckets: ['worker'],
  ownKeys: ['worker'],
  redis: ['worker'],
  mail: ['worker'],
  webhooks: ['worker'],
} as const satisfies Record<string, readonly Role[]>;
export type WayOut = keyof typeof WAYS_OUT;
export const waysOut = Object.keys(WAYS_OUT) as readonly WayOut[];

/** Where such a thing is. */
export interface Place {
  readonly networks: readonly string[];
  readonly namespaces: readonly string[];
  /** Everywhere but private networks. */
  readonly internet: boolean;
  readonly port: number;
}
