/** The admin API over the parts that are open, with the sign-in of staff where it is configured. Not yet listening. */
import type { INestApplication } from '@nestjs/common';
import { now as systemNow } from '#hooks';
import type { AdminDeps } from '../admin/deps.module.js';
import { createAdminApp } from '../admin/http/app.js';
import { AuthModule } from '../auth/auth.module.js';
import type { Config } from '../config/config.js';
import { adminDeps } from './admin-deps.js';
import { authDeps } from './auth-deps.js';
import type { Log } from './log.js';
import type { Parts } from './parts.js';

/** @param replacements dependencies that a test replaces, such as the clock */
export function openAdmin(
  config: Config,
  log: Log,
  parts: Parts,
  replacements: Partial<AdminDeps> = {},
): Promise<INestApplication> {
  const now = replacements.now ?? systemNow;
  const signIn =
    config.staff === null ? [] : [AuthModule.with(authDeps(config, config.staff, parts, { now, log }))];
  return createAdminApp({ ...adminDeps(config, log, parts, now), ...replacements }, signIn);
}
