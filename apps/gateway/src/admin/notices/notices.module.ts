import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NoticesController } from './notices.controller.js';
import { NoticesStore } from './notices.store.js';
import { OwnNoticesController } from './own-notices.controller.js';
import { OwnNoticesStore } from './own-notices.store.js';
import { WebhookTestsStore } from './webhook-tests.store.js';
import { WebhooksStore } from './webhooks.store.js';

@Module({
  imports: [AuditModule],
  controllers: [NoticesController, OwnNoticesController],
  providers: [NoticesStore, OwnNoticesStore, WebhooksStore, WebhookTestsStore],
})
export class NoticesModule {}
