import { Module } from '@nestjs/common';
import { AdminHttpModule } from '../http/http.module.js';
import { AuditAccess } from './audit-access.js';
import { AuditController } from './audit.controller.js';
import { AuditDownload } from './download.js';
import { AuditRequestsController } from './requests.controller.js';
import { TrailController } from './trail.controller.js';

@Module({
  imports: [AdminHttpModule],
  controllers: [AuditController, AuditRequestsController, TrailController],
  providers: [AuditAccess, AuditDownload],
  exports: [AuditAccess],
})
export class AuditModule {}
