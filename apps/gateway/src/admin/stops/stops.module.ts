import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { AtStakeStore } from './at-stake.store.js';
import { Lifting } from './lifting.store.js';
import { StopsController } from './stops.controller.js';
import { StopsStore } from './stops.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [StopsController],
  providers: [AtStakeStore, Lifting, StopsStore],
})
export class StopsModule {}
