import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { AssuranceController } from './assurance.controller.js';
import { AssuranceStore } from './assurance.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [AssuranceController],
  providers: [AssuranceStore],
})
export class AssuranceModule {}
