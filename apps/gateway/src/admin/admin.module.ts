import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AdminGuard } from './http/guard.js';
import { AssuranceController } from './assurance/assurance.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { ChangesController } from './changes/changes.controller.js';
import { AuditRequestsController } from './audit/requests.controller.js';
import { ClientsController } from './clients/clients.controller.js';
import { DashboardController } from './dashboard/dashboard.controller.js';
import { ADMIN_DEPS, type AdminDeps } from './deps.js';
import { DoctorController } from './doctor/doctor.controller.js';
import { ExceptionsController } from './exceptions/exceptions.controller.js';
import { ExplainController } from './explain/explain.controller.js';
import { HistoryController } from './history/history.controller.js';
import { KeysController } from './keys/keys.controller.js';
import { MessageSetsController } from './message-sets/message-sets.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { PlannerController } from './planner/planner.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RecordsController } from './records/records.controller.js';
import { RegistryController } from './registry/registry.controller.js';
import { RequirePermission } from './http/require-permission.js';
import { SearchController } from './search/search.controller.js';
import { SessionsController } from './staff/sessions.controller.js';
import { StaffController } from './staff/staff.controller.js';
import { SroController } from './sro/sro.controller.js';
import { StopsController } from './stops/stops.controller.js';
import { TokensController } from './tokens/tokens.controller.js';

const CONTROLLERS = [
  RegistryController,
  RecordsController,
  HistoryController,
  SearchController,
  DashboardController,
  ClientsController,
  ChangesController,
  StopsController,
  OpenApiController,
  SroController,
  ExceptionsController,
  AssuranceController,
  KeysController,
  DoctorController,
  PlannerController,
  MessageSetsController,
  ExplainController,
  AuditController,
  AuditRequestsController,
  TokensController,
  SessionsController,
  StaffController,
];

/** The admin API. Guard, filter and the check of permissions hold for every controller of the same Nest application. */
@Module({})
export class AdminModule {
  static with(deps: AdminDeps): DynamicModule {
    return {
      module: AdminModule,
      imports: [DiscoveryModule],
      controllers: CONTROLLERS,
      providers: [
        { provide: ADMIN_DEPS, useValue: deps },
        { provide: APP_GUARD, useClass: AdminGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        RequirePermission,
      ],
    };
  }
}
