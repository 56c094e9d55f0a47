/** Ends user sessions whose time is over, records each end, and clears logins that came to nothing. */
import { randomUUID } from 'node:crypto';
import type { AuditLog } from '../adapters/audit/write/audit-log.js';
import type { UserLogins } from '../adapters/users/user-logins.js';
import type { endOverdueSessions } from '../adapters/users/overdue-sessions.js';

export interface UserSessionsJob {
  readonly endOverdue: () => ReturnType<typeof endOverdueSessions>;
  readonly logins: Pick<UserLogins, 'clear'>;
  readonly audit: Pick<AuditLog, 'system'>;
  /** Epoch ms. */
  readonly now: () => number;
}

export async function run({ endOverdue, logins, audit, now }: UserSessionsJob): Promise<void> {
  await logins.clear();
  for (const { reason, sessions } of await endOverdue()) {
    await Promise.all(
      sessions.map(({ id, clientId, environment, product, userId }) => {
        const atMs = now();
        return audit.system({
          ...{
            kind: 'SYSTEM',
            event: 'USER_SESSION_ENDED',
            attemptId: randomUUID(),
            startedAtMs: atMs,
            atMs,
          },
          clientId,
          facts: { environment, product, userId, userSessionId: id, by: 'Gatehouse', reason },
        });
      }),
    );
  }
}
