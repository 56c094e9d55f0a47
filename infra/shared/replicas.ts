/** How many processes of each role a size has, and what each of them gets: the same wherever Gatehouse runs. */
import type { Role } from './roles.ts';

export interface Replicas {
  readonly count: number;
  /** 1,024 is one vCPU. A process has one thread for requests, so more than two are of no use to it. */
  readonly cpu: 512 | 1024 | 2048;
  readonly memoryMib: number;
}

const SMALLEST: Replicas = { count: 2, cpu: 512, memoryMib: 1024 };

export const REPLICAS = {
  small: {
    partner: { count: 2, cpu: 1024, memoryMib: 2048 },
    public: SMALLEST,
    admin: { count: 2, cpu: 1024, memoryMib: 2048 },
    worker: SMALLEST,
  },
  medium: {
    partner: { count: 3, cpu: 2048, memoryMib: 4096 },
    public: SMALLEST,
    admin: { count: 2, cpu: 1024, memoryMib: 2048 },
    worker: SMALLEST,
  },
  large: {
    partner: { count: 9, cpu: 2048, memoryMib: 4096 },
    public: { count: 3, cpu: 1024, memoryMib: 2048 },
    admin: { count: 3, cpu: 2048, memoryMib: 4096 },
    worker: { count: 2, cpu: 1024, memoryMib: 2048 },
  },
} as const satisfies Record<string, Readonly<Record<Role, Replicas>>>;
