import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { AdminHttpModule } from '../http/http.module.js';
import { OdsModule } from '../ods/ods.module.js';
import { RegistryWriter } from './apply.store.js';
import { AwaitingSro } from '../sro/awaiting-sro.store.js';
import { RegistryExport } from './export.store.js';
import { RegistryLists } from './lists.store.js';
import { RegistryController } from './registry.controller.js';

@Module({
  imports: [AdminHttpModule, ChangesModule, OdsModule],
  controllers: [RegistryController],
  providers: [AwaitingSro, RegistryExport, RegistryLists, RegistryWriter],
  exports: [RegistryWriter],
})
export class RegistryModule {}
