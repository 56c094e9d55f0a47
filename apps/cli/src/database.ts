import pg from 'pg';
import { databaseFailure } from './cause.js';

/**
 * Runs `work` on a connection to the database.
 * @param variable the setting that names the database, for the message
 * @throws Failure if the database can't be used, or the connection is lost
 */
export async function withDatabase<T>(
  config: pg.ClientConfig,
  variable: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(config);
  // The query that is under way fails when the connection is lost.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw databaseFailure(error, variable);
  } finally {
    await client.end();
  }
}
