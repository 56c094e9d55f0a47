import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { JobRequests } from './job-requests.js';
import { JobsController } from './jobs.controller.js';
import { JobsStore } from './jobs.store.js';

@Module({ imports: [AuditModule], controllers: [JobsController], providers: [JobRequests, JobsStore] })
export class JobsModule {}
