import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { KeyCreation } from './key-creation.js';
import { KeysController } from './keys.controller.js';
import { KeysStore } from './keys.store.js';

@Module({
  imports: [ChangesModule],
  controllers: [KeysController],
  providers: [KeyCreation, KeysStore],
  exports: [KeysStore],
})
export class KeysModule {}
