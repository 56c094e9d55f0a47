import type { InputOf } from '@gatehouse/contracts/routes';
import { PERMISSION_NAMES, reachOf } from '@gatehouse/domain/governance/permissions';
import { Controller, Inject } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { endSession, SESSION_COOKIE } from '../../adapters/people/staff-sessions.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, mayDo } from '../http/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route.js';
import { listSessions, revokeSession } from './sessions.store.js';

const ENDED = { ended: true } as const;

/** Sign-ins: the one that asks, one's own, and for administrators everybody's. */
@Controller()
export class SessionsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('sessionShow')
  show(_input: InputOf<'sessionShow'>, acting: Acting) {
    const { session } = acting;
    if (session === null) throw new AdminProblem('forbidden', 'A token has no session.');
    const { id, name, email, roles } = session.staff;
    return {
      person: { id, name, email },
      roles,
      permissions: PERMISSION_NAMES.filter((permission) => mayDo(acting, permission)),
      csrfToken: session.csrfToken,
      endsAt: new Date(session.endsAtMs).toISOString(),
    };
  }

  @Route('sessionEnd')
  async end(_input: InputOf<'sessionEnd'>, { sessionId, actor }: Acting, response: ServerResponse) {
    if (sessionId !== null) await endSession(this.deps.db, sessionId, actor, this.deps.now());
    response.setHeader('Set-Cookie', `${SESSION_COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
    return ENDED;
  }

  @Route('sessionList')
  list({ query }: InputOf<'sessionList'>, acting: Acting) {
    if (query.everyone && reachOf(acting, 'staff.read') !== 'all') {
      throw new AdminProblem(
        'missing-role',
        'Only administrators and auditors of every organisation see the sign-ins of others.',
      );
    }
    return listSessions(this.deps.db, query.everyone ? null : acting.staffId, acting, query, this.deps.now());
  }

  @Route('sessionRevoke')
  async revoke({ params }: InputOf<'sessionRevoke'>, acting: Acting) {
    const whose = reachOf(acting, 'staff.write') === 'all' ? null : acting.staffId;
    await revokeSession(this.deps.db, params.id, whose, acting.actor, this.deps.now());
    return ENDED;
  }
}
