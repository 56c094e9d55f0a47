import { Module } from '@nestjs/common';
import { LintAssertionController } from './lint-assertion.controller.js';
import { LintAssertionStore } from './lint-assertion.store.js';

@Module({ controllers: [LintAssertionController], providers: [LintAssertionStore] })
export class LintAssertionModule {}
