import { Module } from '@nestjs/common';
import { TokensController } from './tokens.controller.js';
import { TokensStore } from './tokens.store.js';

@Module({
  controllers: [TokensController],
  providers: [TokensStore],
})
export class TokensModule {}
