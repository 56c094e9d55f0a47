import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import {
  CLOCK,
  type Clock,
  EXPLAIN_PAST,
  type ExplainPast,
  LOG,
  type Log,
  USER_NAME,
  type UserName,
} from '../injected.js';
import { AuditAccess } from './audit-access.js';
import { AuditTrail } from './audit-trail.js';
import { notInTrail, requireStory } from './require-story.js';
import { supportBundle } from './support-bundle.js';

/** One request or event of the audit trail. Every reading of it is recorded in the trail. */
@Controller()
export class AuditRequestsController {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(AuditAccess) private readonly access: AuditAccess,
    @Inject(EXPLAIN_PAST) private readonly explainPast: ExplainPast,
    @Inject(USER_NAME) private readonly userName: UserName,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Route('auditStory')
  async story({ params }: InputOf<'auditStory'>, acting: Acting) {
    await this.access.record('AUDIT_READ', acting, { attemptId: params.attemptId });
    const story = await requireStory(this.auditTrail, params.attemptId, acting.reach);
    return { ...story, userName: await this.nameOf(story, acting) };
  }

  /** Records who is shown a user's name. Where the name can't be unsealed now, the request is shown without it. */
  private async nameOf(
    { requestId, userId, userSessionId }: RequestStory,
    acting: Acting,
  ): Promise<string | null> {
    if (userId === null || userSessionId === null) return null;
    const name = await this.userName(userSessionId).catch((error: unknown) => {
      this.log.error({ err: error }, 'the name of a user could not be unsealed');
      return null;
    });
    if (name !== null)
      await this.access.record('USER_NAME_SHOWN', acting, { requestId, userId, userSessionId });
    return name;
  }

  @Route('auditEvent')
  async event({ params }: InputOf<'auditEvent'>, acting: Acting) {
    await this.access.record('AUDIT_READ', acting, { eventId: params.attemptId });
    const event = await this.auditTrail.event(params.attemptId, acting.reach);
    if (event === null) throw await notInTrail(this.auditTrail, `event ${params.attemptId}`);
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
