import { Module } from '@nestjs/common';
import { EnvironmentsModule } from '../environments/environments.module.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsStore } from './sessions.store.js';
import { StaffController } from './staff.controller.js';
import { StaffStore } from './staff.store.js';

@Module({
  imports: [EnvironmentsModule],
  controllers: [SessionsController, StaffController],
  providers: [SessionsStore, StaffStore],
})
export class StaffModule {}
