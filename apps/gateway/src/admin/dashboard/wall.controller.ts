import { Controller, Inject } from '@nestjs/common';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { CLOCK, type Clock } from '../injected.js';
import { ReplicasStore } from './replicas.store.js';
import { TasksStore } from './tasks.store.js';
import { Traffic } from './traffic.js';

/** What a screen on a wall shows to everybody who passes: numbers, and no name. */
@Controller()
export class WallController {
  constructor(
    @Inject(Traffic) private readonly traffic: Traffic,
    @Inject(TasksStore) private readonly tasks: TasksStore,
    @Inject(ReplicasStore) private readonly replicas: ReplicasStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('wallShow')
  async show(_input: InputOf<'wallShow'>, { reach }: Acting) {
    const { reasons: _, ...traffic } = await this.traffic.read(reach, 1);
    const { replicas, overdueJobs } = await this.replicas.read();
    const inState = (wanted: string): number => replicas.filter(({ state }) => state === wanted).length;
    return {
      asOf: new Date(this.now()).toISOString(),
      ...traffic,
      ...(await this.tasks.counts(reach)),
      replicas: { well: inState('well'), unwell: inState('unwell'), silent: inState('silent') },
      jobsOverdue: overdueJobs.length,
    };
  }
}
