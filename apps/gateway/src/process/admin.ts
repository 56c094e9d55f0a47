/** The admin API over the parts that are open, with the sign-in of staff where it is configured. Not yet listening. */
import type { INestApplication } from '@nestjs/common';
import { now as systemNow } from '#hooks';
import type { AdminDeps } from '../admin/deps.module.js';
import { openEnvironments } from '../admin/environments/first-start.store.js';
import { createAdminApp } from '../admin/http/app.js';
import { AuthModule } from '../auth/auth.module.js';
import type { Config } from '../config/config.js';
import { startWarnings } from '../config/warnings.js';
import { adminDeps } from './admin-deps.js';
import { authDeps } from './auth-deps.js';
import type { Log } from './log.js';
import type { Parts } from './parts.js';

/** @param replacements dependencies that a test replaces, such as the clock */
export async function openAdmin(
  config: Config,
  log: Log,
  parts: Parts,
  replacements: Partial<AdminDeps> = {},
): Promise<INestApplication> {
  const now = replacements.now ?? systemNow;
  const { environments, ...deps } = { ...adminDeps(config, log, parts, now), ...replacements };
  const fourEyes = await openEnvironments(parts.prisma, environments);
  for (const warning of startWarnings({ ...config, environments, fourEyes })) log.warn({}, warning);
  const signIn =
    config.staff === null ? [] : [AuthModule.with(authDeps(config, config.staff, parts, { now, log }))];
  return createAdminApp({ ...deps, environments }, signIn, parts.spans);
}
