import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { KeyDeletionsController } from './key-deletions.controller.js';
import { KeyDeletionsStore } from './key-deletions.store.js';
import { RotationController } from './rotation.controller.js';
import { RotationPoliciesStore } from './rotation-policies.store.js';
import { RotationsStore } from './rotations.store.js';

@Module({
  imports: [AuditModule, ChangesModule],
  controllers: [RotationController, KeyDeletionsController],
  providers: [RotationPoliciesStore, RotationsStore, KeyDeletionsStore],
})
export class RotationModule {}
