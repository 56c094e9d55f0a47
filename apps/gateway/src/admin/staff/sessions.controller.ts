import type { ServerResponse } from 'node:http';
import type { InputOf } from '@gatehouse/contracts/routes';
import { PERMISSION_NAMES, reachOf } from '@gatehouse/domain/governance/permissions';
import { Controller, Inject } from '@nestjs/common';
import { SESSION_COOKIE } from '../../adapters/people/staff-sessions.js';
import { EnvironmentsStore } from '../environments/environments.store.js';
import { type Acting, mayDo } from '../http/access/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route/route.js';
import { PARTNER_URL } from '../injected.js';
import { SessionsStore } from './sessions.store.js';

const ENDED = { ended: true } as const;

/** Sign-ins: the caller's current one, all of their own, and for administrators everybody's. */
@Controller()
export class SessionsController {
  constructor(
    @Inject(SessionsStore) private readonly sessions: SessionsStore,
    @Inject(EnvironmentsStore) private readonly environments: EnvironmentsStore,
    @Inject(PARTNER_URL) private readonly partnerUrl: string | null,
  ) {}

  @Route('sessionShow')
  async show(_input: InputOf<'sessionShow'>, acting: Acting) {
    const { session } = acting;
    if (session === null) throw new AdminProblem('forbidden', 'A token has no session.');
    const { id, name, email, roles } = session.staff;
    return {
      person: { id, name, email },
      roles,
      permissions: PERMISSION_NAMES.filter((permission) => mayDo(acting, permission)),
      environments: (await this.environments.list()).items,
      partnerUrl: this.partnerUrl,
      csrfToken: session.csrfToken,
      endsAt: new Date(session.endsAtMs).toISOString(),
      endsInS: this.sessions.secondsUntil(session.endsAtMs),
    };
  }

  @Route('sessionEnd')
  async end(_input: InputOf<'sessionEnd'>, { sessionId, actor }: Acting, response: ServerResponse) {
    if (sessionId !== null) await this.sessions.end(sessionId, actor);
    response.setHeader('Set-Cookie', `${SESSION_COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
    // Nothing of the API is stored; this is for a browser that did so all the same.
    response.setHeader('Clear-Site-Data', '"cache"');
    return ENDED;
  }

  @Route('sessionList')
  list({ query }: InputOf<'sessionList'>, acting: Acting) {
    if (query.everyone && reachOf(acting, 'staff.read') !== 'all') {
      throw new AdminProblem(
        'missing-role',
        'Only administrators and auditors of every organisation can see the sign-ins of others.',
      );
    }
    return this.sessions.list(query, query.everyone ? null : acting.staffId, acting);
  }

  @Route('sessionRevoke')
  async revoke({ params }: InputOf<'sessionRevoke'>, acting: Acting) {
    const staffId = reachOf(acting, 'staff.write') === 'all' ? null : acting.staffId;
    await this.sessions.revoke(params.id, staffId, acting.actor);
    return ENDED;
  }
}
