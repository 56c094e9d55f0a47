import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RequestSearch } from './request-search.js';
import { SearchController } from './search.controller.js';
import { SearchStore } from './search.store.js';

@Module({
  imports: [AuditModule],
  controllers: [SearchController],
  providers: [RequestSearch, SearchStore],
})
export class SearchModule {}
