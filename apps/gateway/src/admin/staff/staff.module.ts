import { Module } from '@nestjs/common';
import { EnvironmentsModule } from '../environments/environments.module.js';
import { AccessReviewController } from './access-review.controller.js';
import { AccessReviewStore } from './access-review.store.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsStore } from './sessions.store.js';
import { StaffController } from './staff.controller.js';
import { StaffStore } from './staff.store.js';

@Module({
  imports: [EnvironmentsModule],
  controllers: [AccessReviewController, SessionsController, StaffController],
  providers: [AccessReviewStore, SessionsStore, StaffStore],
})
export class StaffModule {}
