import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { SignaturesController } from './signatures.controller.js';
import { SignaturesStore } from './signatures.store.js';

@Module({
  imports: [AuditModule],
  controllers: [SignaturesController],
  providers: [SignaturesStore],
})
export class SignaturesModule {}
