import { Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AdminGuard } from './access/guard.js';
import { Exports } from './access/exports.js';
import { LongAnswers } from './access/long-answers.js';
import { Principals } from './access/principals.js';
import { RequirePermission } from './access/require-permission.js';
import { ProblemFilter } from './problem.filter.js';
import { Problems } from './problems.js';

const SHARED: Provider[] = [Exports, LongAnswers, Principals, Problems];

/** The API's own machinery. Guard, filter and the check of permissions hold for every controller of the application. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    ...SHARED,
    RequirePermission,
    { provide: APP_GUARD, useClass: AdminGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: SHARED,
})
export class AdminHttpModule {}
