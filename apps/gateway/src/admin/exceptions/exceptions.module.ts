import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { SroModule } from '../sro/sro.module.js';
import { Cosigning } from './cosigning.store.js';
import { ExceptionsController } from './exceptions.controller.js';
import { ExceptionsStore } from './exceptions.store.js';
import { Granting } from './granting.store.js';

@Module({
  imports: [ChangesModule, SroModule],
  controllers: [ExceptionsController],
  providers: [Cosigning, ExceptionsStore, Granting],
})
export class ExceptionsModule {}
