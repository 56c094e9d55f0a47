import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { Appointing } from './appointing.store.js';
import { AppointmentsStore } from './appointments.store.js';
import { SroLinks } from './links.js';
import { OutlookStore } from './outlook.store.js';
import { SroController } from './sro.controller.js';

@Module({
  imports: [ChangesModule],
  controllers: [SroController],
  providers: [Appointing, AppointmentsStore, SroLinks, OutlookStore],
  exports: [AppointmentsStore, SroLinks],
})
export class SroModule {}
