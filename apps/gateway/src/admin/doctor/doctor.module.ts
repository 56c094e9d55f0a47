import { Module } from '@nestjs/common';
import { DoctorController } from './doctor.controller.js';
import { DoctorStore } from './doctor.store.js';

@Module({
  controllers: [DoctorController],
  providers: [DoctorStore],
  exports: [DoctorStore],
})
export class DoctorModule {}
