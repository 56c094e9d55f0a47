import { type DynamicModule, Module } from '@nestjs/common';
import { AssuranceModule } from './assurance/assurance.module.js';
import { AuditModule } from './audit/audit.module.js';
import { CatalogueModule } from './catalogue/catalogue.module.js';
import { ChangesModule } from './changes/changes.module.js';
import { ClientsModule } from './clients/clients.module.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { type AdminDeps, DepsModule } from './deps.module.js';
import { DoctorModule } from './doctor/doctor.module.js';
import { EnvironmentsModule } from './environments/environments.module.js';
import { EvidenceModule } from './evidence/evidence.module.js';
import { ExceptionsModule } from './exceptions/exceptions.module.js';
import { ExplainModule } from './explain/explain.module.js';
import { HealthModule } from './health/health.module.js';
import { HistoryModule } from './history/history.module.js';
import { AdminHttpModule } from './http/http.module.js';
import { ImpactModule } from './impact/impact.module.js';
import { PlansModule } from './impact-plans/plans.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { SignaturesModule } from './signatures/signatures.module.js';
import { KeyEmergencyModule } from './key-emergency/key-emergency.module.js';
import { KeysModule } from './keys/keys.module.js';
import { LintAssertionModule } from './lint-assertion/lint-assertion.module.js';
import { MessageSetsModule } from './message-sets/message-sets.module.js';
import { NoticesModule } from './notices/notices.module.js';
import { OdsModule } from './ods/ods.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { OwnWorkModule } from './own-work/own-work.module.js';
import { PlannerModule } from './planner/planner.module.js';
import { RecordsModule } from './records/records.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { RevealsModule } from './reveals/reveals.module.js';
import { RotationModule } from './rotation/rotation.module.js';
import { SearchModule } from './search/search.module.js';
import { SroModule } from './sro/sro.module.js';
import { StaffModule } from './staff/staff.module.js';
import { StopsModule } from './stops/stops.module.js';
import { TokensModule } from './tokens/tokens.module.js';
import { UserSessionsModule } from './user-sessions/user-sessions.module.js';

const RESOURCES = [
  AssuranceModule,
  AuditModule,
  CatalogueModule,
  ChangesModule,
  ClientsModule,
  DashboardModule,
  DoctorModule,
  EnvironmentsModule,
  EvidenceModule,
  ExceptionsModule,
  ExplainModule,
  HealthModule,
  HistoryModule,
  ImpactModule,
  PlansModule,
  JobsModule,
  KeyEmergencyModule,
  SignaturesModule,
  KeysModule,
  LintAssertionModule,
  MessageSetsModule,
  NoticesModule,
  OdsModule,
  OpenApiModule,
  OwnWorkModule,
  PlannerModule,
  RecordsModule,
  RegistryModule,
  RetentionModule,
  RevealsModule,
  RotationModule,
  SearchModule,
  SroModule,
  StaffModule,
  StopsModule,
  TokensModule,
  UserSessionsModule,
];

/** The admin API: a module for each resource. */
@Module({})
export class AdminModule {
  static with(deps: AdminDeps): DynamicModule {
    return { module: AdminModule, imports: [DepsModule.with(deps), AdminHttpModule, ...RESOURCES] };
  }
}
