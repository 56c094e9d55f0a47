import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NoticesController } from './notices.controller.js';
import { NoticesStore } from './notices.store.js';
import { WebhooksStore } from './webhooks.store.js';

@Module({
  imports: [AuditModule],
  controllers: [NoticesController],
  providers: [NoticesStore, WebhooksStore],
})
export class NoticesModule {}
