import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { notFound } from '../http/problem.js';
import { CLOCK, type Clock, EXPLAIN_PAST, type ExplainPast } from '../injected.js';
import { AuditAccess } from './audit-access.js';
import { AuditTrail } from './audit-trail.js';
import { requireStory } from './require-story.js';
import { supportBundle } from './support-bundle.js';

/** One request or event of the audit trail. Every reading of it is recorded in the trail. */
@Controller()
export class AuditRequestsController {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(AuditAccess) private readonly access: AuditAccess,
    @Inject(EXPLAIN_PAST) private readonly explainPast: ExplainPast,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('auditStory')
  async story({ params }: InputOf<'auditStory'>, acting: Acting) {
    await this.access.record('AUDIT_READ', acting, { attemptId: params.attemptId });
    return requireStory(this.auditTrail, params.attemptId, acting.reach);
  }

  @Route('auditEvent')
  async event({ params }: InputOf<'auditEvent'>, acting: Acting) {
    await this.access.record('AUDIT_READ', acting, { eventId: params.attemptId });
    const event = await this.auditTrail.event(params.attemptId, acting.reach);
    if (event === null) throw notFound(`event ${params.attemptId}`);
    return event;
  }

  @Route('auditSupportBundle')
  async supportBundle({ params }: InputOf<'auditSupportBundle'>, acting: Acting) {
    await this.access.record('SUPPORT_BUNDLE', acting, { attemptId: params.attemptId });
    return supportBundle(await requireStory(this.auditTrail, params.attemptId, acting.reach), this.now());
  }

  @Route('explainPast')
  async explain({ params }: InputOf<'explainPast'>, acting: Acting) {
    await this.access.record('AUDIT_READ', acting, { attemptId: params.attemptId, explanation: true });
    return this.explainPast(await requireStory(this.auditTrail, params.attemptId, acting.reach));
  }
}
