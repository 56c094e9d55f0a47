import { Module } from '@nestjs/common';
import { SessionEnding } from './session-ending.js';
import { UserSessionsController } from './user-sessions.controller.js';
import { UserSessionsStore } from './user-sessions.store.js';

@Module({ controllers: [UserSessionsController], providers: [SessionEnding, UserSessionsStore] })
export class UserSessionsModule {}
