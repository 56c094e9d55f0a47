/** vitest globalSetup: one PostgreSQL for the whole run; workers find it in the environment. */
import { SERVER_VARIABLE, startServer } from './postgres.ts';

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Another project of the same run has started it.
  if (process.env[SERVER_VARIABLE] !== undefined) return undefined;
  const server = await startServer();
  process.env[SERVER_VARIABLE] = server.superuserUrl;
  return () => server.stop();
}
