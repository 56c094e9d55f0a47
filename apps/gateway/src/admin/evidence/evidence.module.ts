import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AdminHttpModule } from '../http/http.module.js';
import { EvidenceController } from './evidence.controller.js';
import { EvidencePacks } from './evidence-packs.js';

@Module({
  imports: [AdminHttpModule, AuditModule],
  controllers: [EvidenceController],
  providers: [EvidencePacks],
})
export class EvidenceModule {}
