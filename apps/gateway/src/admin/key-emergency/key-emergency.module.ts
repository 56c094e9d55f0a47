import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { KeyDisabling } from './key-disabling.js';
import { KeyEmergencyController } from './key-emergency.controller.js';
import { KeyEmergencyStore } from './key-emergency.store.js';

@Module({
  imports: [AuditModule],
  controllers: [KeyEmergencyController],
  providers: [KeyDisabling, KeyEmergencyStore],
})
export class KeyEmergencyModule {}
