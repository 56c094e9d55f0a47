import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { RotationController } from './rotation.controller.js';
import { RotationPoliciesStore } from './rotation-policies.store.js';
import { RotationsStore } from './rotations.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [RotationController],
  providers: [RotationPoliciesStore, RotationsStore],
})
export class RotationModule {}
