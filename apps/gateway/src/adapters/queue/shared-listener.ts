/**
 * One connection by which all workers of a process are woken. BullMQ listens for each worker by a connection of its own,
 * although every one of them hears of all queues and leaves what is not its own.
 */
import { EventEmitter } from 'node:events';
import type pg from 'pg';

export interface SharedListener {
  /** Emits `notification`, and `error` when the connection is lost. Each listener must then call `listen` again. */
  readonly events: EventEmitter;
  /** Runs a LISTEN statement, once on each connection, however often it is called. @throws if there is no connection */
  listen(statement: string): Promise<unknown>;
  close(): Promise<void>;
}

interface Connection {
  readonly client: Promise<pg.PoolClient>;
  readonly statements: Map<string, Promise<unknown>>;
}

export function sharedListener(pool: pg.Pool): SharedListener {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  let connection: Connection | null = null;

  const connect = (): Connection => {
    const client = pool.connect();
    const opened: Connection = { client, statements: new Map() };
    client.then(
      (each) => {
        each.on('notification', (message) => events.emit('notification', message));
        each.on('error', (error) => {
          if (connection !== opened) return;
          connection = null;
          each.release(true);
          if (events.listenerCount('error') > 0) events.emit('error', error);
        });
      },
      () => {
        if (connection === opened) connection = null;
      },
    );
    return opened;
  };

  return {
    events,
    listen(statement) {
      const { client, statements } = (connection ??= connect());
      const before = statements.get(statement);
      if (before !== undefined) return before;
      const answer = client.then((each) => each.query(statement));
      answer.catch(() => statements.delete(statement));
      statements.set(statement, answer);
      return answer;
    },
    async close() {
      const client = await connection?.client.catch(() => undefined);
      connection = null;
      client?.release(true);
    },
  };
}
