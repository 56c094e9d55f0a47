import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { AdminHttpModule } from '../http/http.module.js';
import { ImpactModule } from '../impact/impact.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { SroModule } from '../sro/sro.module.js';
import { PlanActions } from './plan-actions.store.js';
import { PlanRequests } from './plan-requests.store.js';
import { PlanRuns } from './plan-runs.store.js';
import { PlanStates } from './plan-states.js';
import { PlansController } from './plans.controller.js';

@Module({
  imports: [AuditModule, ChangesModule, AdminHttpModule, ImpactModule, KeysModule, RegistryModule, SroModule],
  controllers: [PlansController],
  providers: [PlanActions, PlanRequests, PlanRuns, PlanStates],
})
export class PlansModule {}
