import { Module } from '@nestjs/common';
import { HistoryController } from './history.controller.js';
import { HistoryStore } from './history.store.js';

@Module({
  controllers: [HistoryController],
  providers: [HistoryStore],
})
export class HistoryModule {}
