import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { EndingStore } from './ending.store.js';
import { OwnWorkController } from './own-work.controller.js';
import { OwnWorkStore } from './own-work.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [OwnWorkController],
  providers: [EndingStore, OwnWorkStore],
})
export class OwnWorkModule {}
