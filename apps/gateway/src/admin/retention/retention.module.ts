import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { RetentionController } from './retention.controller.js';
import { RetentionStore } from './retention.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [RetentionController],
  providers: [RetentionStore],
})
export class RetentionModule {}
