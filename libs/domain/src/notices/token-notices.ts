/** Notices of tokens of the admin API that expire soon. */
import { londonDay } from '../governance/london-day.js';
import type { HeldRole } from '../governance/permissions.js';
import { stageOf } from './expiry-notices.js';
import type { Notice } from './notice.js';

/** A token that is neither revoked nor expired. */
export interface ExpiringToken {
  readonly id: string;
  readonly label: string;
  /** A wall link, which a screen uses and no script. */
  readonly isWall: boolean;
  /** Epoch ms. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Whose token it is; null: a service's. */
  readonly owner: { readonly staffId: string; readonly roles: readonly HeldRole[] } | null;
}

const OF_A_TOKEN = {
  body: 'From then on every script and service that uses it is refused by the admin API. Partners are not affected.',
  whatToDo: 'Create another token, give it to what uses this one, and revoke this one.',
};
const OF_A_WALL = {
  body: 'From then on the screens that it was opened on show no more figures. Nothing else uses it.',
  whatToDo: 'Create another wall link, and open it on those screens.',
};
const SERVICE_ROLES = ['platform-engineer', 'administrator'] as const;
const DAY_MS = 86_400_000;
/** Before the end; a token that was issued for fewer days is not announced at that stage. */
export const TOKEN_NOTICE_DAYS = [14, 7, 1] as const;

/** A person is notified of their own token; of a service's, the people who run such services and those who appoint them. */
export function tokenNotices(tokens: readonly ExpiringToken[], nowMs: number): Notice[] {
  return tokens.flatMap(({ id, label, isWall, createdAtMs, expiresAtMs, owner }) => {
    const stages = TOKEN_NOTICE_DAYS.filter((days) => expiresAtMs - createdAtMs > days * DAY_MS);
    const stage = stageOf(stages, expiresAtMs, nowMs);
    if (stage === null) return [];
    return {
      kind: 'token-expiry',
      onceKey: `admin-token ${id} ${String(stage)}`,
      title: `${owner === null ? 'The' : 'Your'} ${isWall ? 'wall link' : 'API token'} ${label} expires on ${londonDay(expiresAtMs)}`,
      ...(isWall ? OF_A_WALL : OF_A_TOKEN),
      path: '/admin-tokens',
      odsCodes: owner === null ? [] : limitOf(owner.roles),
      staffId: owner?.staffId ?? null,
      ...(owner === null ? { roles: SERVICE_ROLES } : {}),
    };
  });
}

/** An organisation of the person whose roles are limited, so that the limit does not keep their own notice from them. */
function limitOf(roles: readonly HeldRole[]): string[] {
  if (roles.some(({ odsCodes }) => odsCodes === null)) return [];
  return roles.flatMap(({ odsCodes }) => odsCodes ?? []).slice(0, 1);
}
