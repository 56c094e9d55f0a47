import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CatalogueController } from './catalogue.controller.js';
import { CatalogueStore } from './catalogue.store.js';

@Module({
  imports: [AuditModule],
  controllers: [CatalogueController],
  providers: [CatalogueStore],
  exports: [CatalogueStore],
})
export class CatalogueModule {}
