import { Module } from '@nestjs/common';
import { AsidPlanStore } from './asid-plan.store.js';
import { PlannerController } from './planner.controller.js';

@Module({
  controllers: [PlannerController],
  providers: [AsidPlanStore],
})
export class PlannerModule {}
