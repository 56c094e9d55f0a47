/**
 * A pool for BullMQ that pauses after each failure, never ends the process, and listens for all its clients on one
 * connection. BullMQ 6.7 waits before it tries again only where a connection was refused; after any other failure it
 * tries at once, without end, and the process does nothing else while PostgreSQL is away. It also leaves connections
 * without a listener for their errors.
 */
import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type SharedListener, sharedListener } from './shared-listener.js';

type Values = readonly unknown[];
type Listener = (...args: unknown[]) => void;

const FAILURE_MS = 250;
/** SQLSTATE classes of a database that answers but can't work: connection, resources, operator intervention. */
const AWAY = /^(?:08|53|57)/;

/**
 * @param pool with keepAlive, so that a connection that is silently lost is noticed
 * @param onAway called whenever PostgreSQL could not be used, whatever was tried
 */
export function patientPool(pool: pg.Pool, onAway: (error: Error) => void) {
  pool.on('error', onAway);
  pool.on('connect', (client) => client.on('error', onAway));
  const takingTime = <T>(work: Promise<T>) => afterPause(work, onAway);
  const listener = sharedListener(pool);
  return {
    ...emitterOf(pool),
    connect: () => Promise.resolve(patientClient(pool, listener, takingTime)),
    query: (text: string, values?: Values) => takingTime(pool.query(text, copyOf(values))),
    async end() {
      await listener.close();
      await pool.end();
    },
    options: { keepAlive: true },
  };
}

/** In BullMQ's scripts, a comment comes first. */
const LISTEN = /^LISTEN /m;
/** The name of a worker, for those who look for its connection. */
const NAME = /set_config\('application_name'/;

/** Takes a connection of its own with the first statement that needs one. */
function patientClient(
  pool: pg.Pool,
  listener: SharedListener,
  takingTime: <T>(work: Promise<T>) => Promise<T>,
) {
  let own: Promise<pg.PoolClient> | null = null;
  const emitter = emitterOf(listener.events);
  const ask = async (text: string, values?: Values): Promise<unknown> => {
    if (LISTEN.test(text)) return listener.listen(text);
    if (NAME.test(text)) return { rows: [] };
    own ??= pool.connect();
    return (await own).query(text, copyOf(values));
  };
  return {
    ...emitter,
    query: (text: string, values?: Values) => takingTime(ask(text, values)),
    release: (destroy?: boolean) => {
      emitter.removeAllListeners();
      void own?.then(
        (client) => {
          client.release(destroy);
        },
        () => undefined,
      );
      own = null;
    },
  };
}

/** Removes only those listeners that were added here, and none of the pool's own. */
function emitterOf(emitter: EventEmitter) {
  let added: (readonly [event: string, listener: Listener])[] = [];
  const remove = (isToRemove: (event: string, listener: Listener) => boolean): void => {
    for (const [event, listener] of added)
      if (isToRemove(event, listener)) emitter.removeListener(event, listener);
    added = added.filter(([event, listener]) => !isToRemove(event, listener));
  };
  return {
    on(event: string, listener: Listener) {
      emitter.on(event, listener);
      added.push([event, listener]);
    },
    removeListener(event: string, listener: Listener) {
      remove((each, which) => each === event && which === listener);
    },
    removeAllListeners(event?: string) {
      remove((each) => event === undefined || each === event);
    },
  };
}

const copyOf = (values: Values | undefined): unknown[] | undefined =>
  values === undefined ? undefined : [...values];

async function afterPause<T>(work: Promise<T>, onAway: (error: Error) => void): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await pause(FAILURE_MS);
    if (error instanceof pg.DatabaseError && !AWAY.test(error.code ?? '')) throw error;
    const away = new Error('the queue cannot be reached', { cause: error });
    onAway(away);
    // The only code after which BullMQ waits before it tries again.
    throw Object.assign(away, { code: 'ECONNREFUSED' });
  }
}
