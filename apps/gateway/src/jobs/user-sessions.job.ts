/** Ends user sessions whose time is over, and records each end. */
import { randomUUID } from 'node:crypto';
import type { AuditLog } from '../adapters/audit/write/audit-log.js';
import type { endOverdueSessions } from '../adapters/users/overdue-sessions.js';

export interface UserSessionsJob {
  readonly endOverdue: () => ReturnType<typeof endOverdueSessions>;
  readonly audit: Pick<AuditLog, 'system'>;
  /** Epoch ms. */
  readonly now: () => number;
}

export async function run({ endOverdue, audit, now }: UserSessionsJob): Promise<void> {
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
