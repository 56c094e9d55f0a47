import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { OdsController } from './ods.controller.js';
import { OdsStore } from './ods.store.js';

@Module({
  imports: [AuditModule],
  controllers: [OdsController],
  providers: [OdsStore],
  exports: [OdsStore],
})
export class OdsModule {}
