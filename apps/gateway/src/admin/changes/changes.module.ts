import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { Approvals } from './approvals.store.js';
import { ChangeViews } from './change-views.store.js';
import { ChangesController } from './changes.controller.js';
import { DecidableChanges } from './decidable-changes.store.js';
import { FourEyes } from './four-eyes.js';
import { GuardedActions } from './guarded-actions.js';
import { PendingChanges } from './pending-changes.store.js';

@Module({
  imports: [AuditModule, DiscoveryModule],
  controllers: [ChangesController],
  providers: [Approvals, ChangeViews, DecidableChanges, FourEyes, GuardedActions, PendingChanges],
  exports: [ChangeViews, DecidableChanges, FourEyes, PendingChanges],
})
export class ChangesModule {}
