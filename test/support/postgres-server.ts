/** vitest globalSetup: one PostgreSQL for the whole run; workers find it in the environment. */
import { SERVER_VARIABLE, startServer } from './postgres.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const server = await startServer();
  process.env[SERVER_VARIABLE] = server.superuserUrl;
  return () => server.stop();
}
