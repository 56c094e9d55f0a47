import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { Input, Route } from '../route.js';
import type { AdminToken } from '../tokens/tokens.store.js';
import { issueKey, listClients, revokeKey } from './clients.store.js';

const DAY_MS = 86_400_000;

@Controller()
export class ClientsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('clientsList')
  list(@Input('clientsList') { query }: InputOf<'clientsList'>) {
    return listClients(this.deps.db, query, this.deps.now());
  }

  @Route('clientKeyIssue')
  issue(
    @Input('clientKeyIssue') { params, body }: InputOf<'clientKeyIssue'>,
    @Actor() { actor }: AdminToken,
  ) {
    const { db, randomBytes, now } = this.deps;
    const nowMs = now();
    return issueKey(
      db,
      { actor, reason: body.reason },
      { environment: params.environment, name: params.client },
      { label: body.label ?? null, expiresAtMs: nowMs + body.expiresInDays * DAY_MS },
      randomBytes,
      nowMs,
    );
  }

  @Route('clientKeyRevoke')
  revoke(
    @Input('clientKeyRevoke') { params, body }: InputOf<'clientKeyRevoke'>,
    @Actor() { actor }: AdminToken,
  ) {
    return revokeKey(this.deps.db, { actor, reason: body.reason }, params.keyId, this.deps.now());
  }
}
