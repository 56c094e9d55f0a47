import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { RecordChanges } from './record-changes.js';
import { RecordsController } from './records.controller.js';
import { RecordsStore } from './records.store.js';

@Module({
  imports: [ChangesModule, RegistryModule],
  controllers: [RecordsController],
  providers: [RecordChanges, RecordsStore],
})
export class RecordsModule {}
