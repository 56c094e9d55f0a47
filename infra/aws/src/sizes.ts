/**
 * Three sizes. What drives the cost is said beside each figure; docs/guides/aws.md has the table. Each is at least two
 * tasks for each role and a database in two zones.
 */
import type { Role } from './services/roles.ts';

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
  readonly tasks: Readonly<Record<Role, Tasks>>;
}

export interface Tasks {
  readonly count: number;
  /** 1,024 is one vCPU. A process has one thread for requests, so more than two are of no use to it. */
  readonly cpu: 512 | 1024 | 2048;
  readonly memoryMib: number;
}

const SMALLEST: Tasks = { count: 2, cpu: 512, memoryMib: 1024 };

export const SIZES = {
  small: {
    zones: 2,
    natGateways: 1,
    database: { instance: 'm7g.large', storageGib: 100, maxConnections: 800 },
    tasks: {
      partner: { count: 2, cpu: 1024, memoryMib: 2048 },
      public: SMALLEST,
      admin: { count: 2, cpu: 1024, memoryMib: 2048 },
      worker: SMALLEST,
    },
  },
  medium: {
    zones: 3,
    natGateways: 3,
    database: { instance: 'm7g.xlarge', storageGib: 500, maxConnections: 1_600 },
    tasks: {
      partner: { count: 3, cpu: 2048, memoryMib: 4096 },
      public: SMALLEST,
      admin: { count: 2, cpu: 1024, memoryMib: 2048 },
      worker: SMALLEST,
    },
  },
  large: {
    zones: 3,
    natGateways: 3,
    database: { instance: 'r7g.2xlarge', storageGib: 2_000, maxConnections: 5_000 },
    tasks: {
      partner: { count: 9, cpu: 2048, memoryMib: 4096 },
      public: { count: 3, cpu: 1024, memoryMib: 2048 },
      admin: { count: 3, cpu: 2048, memoryMib: 4096 },
      worker: { count: 2, cpu: 1024, memoryMib: 2048 },
    },
  },
} as const satisfies Record<string, Size>;
