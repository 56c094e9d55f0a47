/**
 * One connection by which all workers of a process are woken. BullMQ listens for each worker by a connection of its own,
 * although every one of them hears of all queues and leaves what is not its own.
 */
import { EventEmitter } from 'node:events';
import type pg from 'pg';

export interface SharedListener {
  /** Emits `notification`, and `error` when the connection is lost: then whoever listened must do so again. */
  readonly events: EventEmitter;
  /** Has the connection listen, once for each statement, however often it is asked. @throws if there is none to be had */
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
