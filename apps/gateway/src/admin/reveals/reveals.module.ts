import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { RevealsController } from './reveals.controller.js';
import { RevealsStore } from './reveals.store.js';

@Module({
  imports: [AuditModule, ChangesModule],
  controllers: [RevealsController],
  providers: [RevealsStore],
})
export class RevealsModule {}
