/**
 * Three sizes. What drives the cost is said beside each figure; docs/guides/aws.md has the table. Each is at least two
 * tasks for each role and a database in two zones.
 */
import { type Replicas, REPLICAS } from '../../shared/replicas.ts';
import type { Role } from '../../shared/roles.ts';

export interface Size {
  readonly zones: 2 | 3;
  /** A gateway costs by the hour. With one, the loss of its zone cuts the others off from the NHS. */
  readonly natGateways: 1 | 2 | 3;
  readonly database: {
    readonly instance: string;
    /** Of gp3. Below 400 GiB it has 3,000 IOPS; from 400 GiB on, 12,000. */
    readonly storageGib: number;
    /** What PostgreSQL on this instance class takes at its default parameters, rounded down. */
    readonly maxConnections: number;
  };
  readonly tasks: Readonly<Record<Role, Replicas>>;
}

export const SIZES = {
  small: {
    zones: 2,
    natGateways: 1,
    database: { instance: 'm7g.large', storageGib: 100, maxConnections: 800 },
    tasks: REPLICAS.small,
  },
  medium: {
    zones: 3,
    natGateways: 3,
    database: { instance: 'm7g.xlarge', storageGib: 500, maxConnections: 1_600 },
    tasks: REPLICAS.medium,
  },
  large: {
    zones: 3,
    natGateways: 3,
    database: { instance: 'r7g.2xlarge', storageGib: 2_000, maxConnections: 5_000 },
    tasks: REPLICAS.large,
  },
} as const satisfies Record<string, Size>;
