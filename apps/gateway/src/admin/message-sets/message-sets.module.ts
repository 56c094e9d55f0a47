import { Module } from '@nestjs/common';
import { MessageSetsController } from './message-sets.controller.js';
import { MessageSetsStore } from './message-sets.store.js';

@Module({
  controllers: [MessageSetsController],
  providers: [MessageSetsStore],
})
export class MessageSetsModule {}
