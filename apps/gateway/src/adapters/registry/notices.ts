/** Listens for registry changes as they are committed, on a connection of its own that is reopened when it breaks. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface Notices {
  close(): Promise<void>;
}

const RECONNECT_MS = 200;
const CONNECT_TIMEOUT_MS = 2_000;
const GOODBYE_MS = 500;

/**
 * Calls `onNotice` after each commit that changed the registry, and after each reconnection, since notices may have
 * been missed. A connection that is lost silently is not noticed here, so the caller must poll as well.
 */
export function listenForChanges(
  databaseUrl: string,
  onNotice: () => void,
  onError: (error: Error) => void,
): Notices {
  const closing = new AbortController();
  const closed = new Promise<void>((resolve) =>
    closing.signal.addEventListener('abort', () => resolve(), { once: true }),
  );

  async function listenOnce(): Promise<void> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'gatehouse registry notices',
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', onError);
    client.on('notification', onNotice);
    try {
      await client.connect();
      await client.query('LISTEN registry');
      onNotice();
      await Promise.race([ended, closed]);
    } finally {
      // A peer that is gone never acknowledges the end of the connection.
      await Promise.race([client.end(), delay(GOODBYE_MS, undefined, { ref: false })]);
    }
  }

  const loop = (async () => {
    while (!closing.signal.aborted) {
      await listenOnce().catch(onError);
      await Promise.race([closed, delay(RECONNECT_MS, undefined, { ref: false })]);
    }
  })();

  return {
    close: async () => {
      closing.abort();
      await loop;
    },
  };
}
