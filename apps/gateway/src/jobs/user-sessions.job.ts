/** Ends user sessions whose time is over, and clears logins that came to nothing. */
import type { UserLogins } from '../adapters/users/user-logins.js';

export interface UserSessionsJob {
  readonly endOverdue: () => Promise<void>;
  readonly logins: Pick<UserLogins, 'clear'>;
}

export async function run({ endOverdue, logins }: UserSessionsJob): Promise<void> {
  await logins.clear();
  await endOverdue();
}
