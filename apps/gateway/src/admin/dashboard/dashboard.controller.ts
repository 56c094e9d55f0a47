import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { CatalogueStore } from '../catalogue/catalogue.store.js';
import { type Acting, requireReach } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { NearQuotaStore } from './near-quota.store.js';
import { ReplicasStore } from './replicas.store.js';
import { TasksStore } from './tasks.store.js';
import { Traffic } from './traffic.js';
import { WaitingStore } from './waiting.store.js';
import { WorklistsStore } from './worklists.store.js';
import { WorstStore } from './worst.store.js';

@Controller()
export class DashboardController {
  constructor(
    @Inject(Traffic) private readonly traffic: Traffic,
    @Inject(NearQuotaStore) private readonly nearQuota: NearQuotaStore,
    @Inject(TasksStore) private readonly tasks: TasksStore,
    @Inject(WaitingStore) private readonly waiting: WaitingStore,
    @Inject(CatalogueStore) private readonly catalogue: CatalogueStore,
    @Inject(WorklistsStore) private readonly worklists: WorklistsStore,
    @Inject(WorstStore) private readonly worst: WorstStore,
    @Inject(ReplicasStore) private readonly replicas: ReplicasStore,
  ) {}

  /** Shows nothing of the audit trail but counts, so reading it is not recorded. */
  @Route('dashboardShow')
  async show({ query }: InputOf<'dashboardShow'>, acting: Acting) {
    return {
      ...(await this.traffic.read(acting.reach, query.days)),
      worst: await this.worst.organisations(acting.reach, query.days),
      worstClients: await this.worst.clients(acting.reach, query.days),
      nearQuota: await this.nearQuota.list(acting.reach),
      worklistsUsedUp: await this.worklists.usedUp(acting.reach),
      ...(await this.tasks.read(acting)),
      newerCatalogue: await this.catalogue.newer(),
    };
  }

  @Route('replicaList')
  listReplicas() {
    return this.replicas.read();
  }

  @Route('waitingShow')
  waitingFor(_input: InputOf<'waitingShow'>, acting: Acting) {
    return this.waiting.count(acting);
  }

  @Route('trafficShow')
  trafficOf({ params: { odsCode }, query }: InputOf<'trafficShow'>, { reach }: Acting) {
    requireReach(reach, [odsCode], `organisation ${odsCode}`);
    return this.traffic.read(new Set([odsCode]), query.days);
  }
}
