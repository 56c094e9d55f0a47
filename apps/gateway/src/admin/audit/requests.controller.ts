import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { recordUse } from './record-use.js';
import { askReveal, revealStatus, showIdentifiers } from './reveal.store.js';
import { storyWithin } from './story-within.js';
import { supportBundle } from './support-bundle.js';

/** One request of the trail. Whoever reads it stands in the trail. */
@Controller()
export class AuditRequestsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('auditStory')
  async story({ params }: InputOf<'auditStory'>, acting: Acting) {
    await recordUse(this.deps, 'AUDIT_READ', acting, { attemptId: params.attemptId });
    return storyWithin(this.deps, params.attemptId, acting);
  }

  @Route('auditSupportBundle')
  async bundle({ params }: InputOf<'auditSupportBundle'>, acting: Acting) {
    await recordUse(this.deps, 'SUPPORT_BUNDLE', acting, { attemptId: params.attemptId });
    return supportBundle(await storyWithin(this.deps, params.attemptId, acting), this.deps.now());
  }

  @Route('explainPast')
  async explain({ params }: InputOf<'explainPast'>, acting: Acting) {
    await recordUse(this.deps, 'AUDIT_READ', acting, { attemptId: params.attemptId, explanation: true });
    return this.deps.explainPast(await storyWithin(this.deps, params.attemptId, acting));
  }

  @Route('revealAsk')
  async ask({ params, body }: InputOf<'revealAsk'>, acting: Acting): Promise<never> {
    throw await askReveal(this.deps, acting, params.attemptId, body.reason);
  }

  @Route('revealStatus')
  status({ params }: InputOf<'revealStatus'>, acting: Acting) {
    return revealStatus(this.deps, acting, params.attemptId);
  }

  @Route('revealShow')
  show({ params }: InputOf<'revealShow'>, acting: Acting) {
    return showIdentifiers(this.deps, acting, params.attemptId);
  }
}
