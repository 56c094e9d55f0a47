import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ApplicationsAtOnce } from './applications-at-once.store.js';
import { Cis2ClientRecords } from './cis2-client-record.store.js';
import { OrganisationsAtOnce } from './organisations-at-once.store.js';
import { RecordChanges } from './record-changes.js';
import { RecordsController } from './records.controller.js';
import { RecordsStore } from './records.store.js';

@Module({
  imports: [ChangesModule, RegistryModule],
  controllers: [RecordsController],
  providers: [ApplicationsAtOnce, Cis2ClientRecords, OrganisationsAtOnce, RecordChanges, RecordsStore],
})
export class RecordsModule {}
