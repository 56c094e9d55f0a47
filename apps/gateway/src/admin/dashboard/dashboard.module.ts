import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { DoctorModule } from '../doctor/doctor.module.js';
import { DashboardController } from './dashboard.controller.js';
import { NearQuotaStore } from './near-quota.store.js';
import { ReplicasStore } from './replicas.store.js';
import { TasksStore } from './tasks.store.js';
import { Traffic } from './traffic.js';
import { WaitingStore } from './waiting.store.js';
import { WallController } from './wall.controller.js';
import { WorklistsStore } from './worklists.store.js';
import { WorstStore } from './worst.store.js';

@Module({
  imports: [CatalogueModule, ChangesModule, DoctorModule],
  controllers: [DashboardController, WallController],
  providers: [NearQuotaStore, ReplicasStore, TasksStore, Traffic, WaitingStore, WorklistsStore, WorstStore],
})
export class DashboardModule {}
