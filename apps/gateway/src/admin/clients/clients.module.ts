import { Module } from '@nestjs/common';
import { ClientsController } from './clients.controller.js';
import { ClientsStore } from './clients.store.js';

@Module({
  controllers: [ClientsController],
  providers: [ClientsStore],
})
export class ClientsModule {}
