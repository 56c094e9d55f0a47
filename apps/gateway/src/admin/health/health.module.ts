import { Module } from '@nestjs/common';
import { AdminHttpModule } from '../http/http.module.js';
import { HealthController } from './health.controller.js';
import { HealthStore } from './health.store.js';

@Module({
  imports: [AdminHttpModule],
  controllers: [HealthController],
  providers: [HealthStore],
})
export class HealthModule {}
