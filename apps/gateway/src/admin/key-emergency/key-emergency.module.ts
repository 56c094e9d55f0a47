import { Module } from '@nestjs/common';
import { KeyDisabling } from './key-disabling.js';
import { KeyEmergencyController } from './key-emergency.controller.js';
import { KeyEmergencyStore } from './key-emergency.store.js';

@Module({
  controllers: [KeyEmergencyController],
  providers: [KeyDisabling, KeyEmergencyStore],
})
export class KeyEmergencyModule {}
