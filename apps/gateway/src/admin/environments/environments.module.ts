import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsStore } from './environments.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [EnvironmentsController],
  providers: [EnvironmentsStore],
  exports: [EnvironmentsStore],
})
export class EnvironmentsModule {}
