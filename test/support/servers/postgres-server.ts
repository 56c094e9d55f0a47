/** The vitest globalSetup that starts one PostgreSQL for the whole run; workers find its URL in the environment. */
import { SERVER_VARIABLE, startServer } from './postgres.ts';

/**
 * Tests that crash a server start their own, so this one need not wait for the disk. Its passwords protect nothing, so
 * that a connection need not hash one 4,096 times.
 */
const NEVER_CRASHED = { fsync: 'off', full_page_writes: 'off', scram_iterations: '1' };

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Another project of the same run has already started it.
  if (process.env[SERVER_VARIABLE] !== undefined) return undefined;
  const server = await startServer(NEVER_CRASHED);
  process.env[SERVER_VARIABLE] = server.superuserUrl;
  return () => server.stop();
}
