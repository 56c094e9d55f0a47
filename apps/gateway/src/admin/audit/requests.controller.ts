import type { RequestStory } from '@gatehouse/contracts/audit-resources';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../principal.js';
import { notFound } from '../problem.js';
import { Input, Route } from '../route.js';
import { recordUse } from './record-use.js';
import { supportBundle } from './support-bundle.js';

/** One request of the trail. Whoever reads it stands in the trail. */
@Controller()
export class AuditRequestsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('auditStory')
  async story(@Input('auditStory') { params }: InputOf<'auditStory'>, @Actor() acting: Acting) {
    await recordUse(this.deps, 'AUDIT_READ', acting, { attemptId: params.attemptId });
    return this.storyOf(params.attemptId, acting);
  }

  @Route('auditSupportBundle')
  async bundle(
    @Input('auditSupportBundle') { params }: InputOf<'auditSupportBundle'>,
    @Actor() acting: Acting,
  ) {
    await recordUse(this.deps, 'SUPPORT_BUNDLE', acting, { attemptId: params.attemptId });
    return supportBundle(await this.storyOf(params.attemptId, acting), this.deps.now());
  }

  private async storyOf(attemptId: string, { reach }: Acting): Promise<RequestStory> {
    const story = await this.deps.audit.story(attemptId, reach);
    if (story === null) throw notFound('request with such an attempt');
    return story;
  }
}
