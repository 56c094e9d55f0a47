import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NamesStore } from './names.store.js';
import { RequestSearch } from './request-search.js';
import { SearchController } from './search.controller.js';
import { SearchStore } from './search.store.js';

@Module({
  imports: [AuditModule],
  controllers: [SearchController],
  providers: [NamesStore, RequestSearch, SearchStore],
})
export class SearchModule {}
