import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { Route } from '../http/route.js';
import { issueKey, listClients, revokeKey } from './clients.store.js';

const DAY_MS = 86_400_000;

@Controller()
export class ClientsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('clientsList')
  list({ query }: InputOf<'clientsList'>, { reach }: Acting) {
    return listClients(this.deps.db, query, this.deps.now(), reach);
  }

  @Route('clientKeyIssue')
  issue({ params, body }: InputOf<'clientKeyIssue'>, acting: Acting) {
    const { db, randomBytes, now } = this.deps;
    const nowMs = now();
    return issueKey(
      db,
      changeBy(acting, body.reason),
      { environment: params.environment, name: params.client, reach: acting.reach },
      { label: body.label ?? null, expiresAtMs: nowMs + body.expiresInDays * DAY_MS },
      randomBytes,
      nowMs,
    );
  }

  @Route('clientKeyRevoke')
  revoke({ params, body }: InputOf<'clientKeyRevoke'>, acting: Acting) {
    return revokeKey(
      this.deps.db,
      changeBy(acting, body.reason),
      params.keyId,
      this.deps.now(),
      acting.reach,
    );
  }
}
