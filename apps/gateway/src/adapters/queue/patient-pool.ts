/**
 * A pool for BullMQ whose failures take time and end no process. BullMQ 6.7 waits before it tries again only where a
 * connection was refused; after any other failure it tries at once, without end, and the process does nothing else while
 * PostgreSQL is away. It also leaves connections without a listener for their errors.
 */
import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

type Values = readonly unknown[];
type Listener = (...args: unknown[]) => void;

const FAILURE_MS = 250;
/** Classes of SQLSTATE: connection, resources, operator intervention. The database is there, and does not work. */
const AWAY = /^(?:08|53|57)/;

/**
 * @param pool with keepAlive, so that a connection that is silently lost is noticed
 * @param onAway called whenever PostgreSQL could not be used, whatever was tried
 */
export function patientPool(pool: pg.Pool, onAway: (error: Error) => void) {
  pool.on('error', onAway);
  pool.on('connect', (client) => client.on('error', onAway));
  const takingTime = <T>(work: Promise<T>) => afterPause(work, onAway);
  return {
    ...emitterOf(pool),
    connect: async () => patientClient(await takingTime(pool.connect()), takingTime),
    query: (text: string, values?: Values) => takingTime(pool.query(text, copyOf(values))),
    end: () => pool.end(),
    options: { keepAlive: true },
  };
}

function patientClient(client: pg.PoolClient, takingTime: <T>(work: Promise<T>) => Promise<T>) {
  return {
    ...emitterOf(client),
    query: (text: string, values?: Values) => takingTime(client.query(text, copyOf(values))),
    release: (destroy?: boolean) => {
      client.release(destroy);
    },
  };
}

/** Removes only those listeners that were added here, and none of the pool's own. */
function emitterOf(emitter: EventEmitter) {
  let added: (readonly [event: string, listener: Listener])[] = [];
  const remove = (isToGo: (event: string, listener: Listener) => boolean): void => {
    for (const [event, listener] of added)
      if (isToGo(event, listener)) emitter.removeListener(event, listener);
    added = added.filter(([event, listener]) => !isToGo(event, listener));
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
    // The one code that BullMQ takes for a connection that is away.
    throw Object.assign(away, { code: 'ECONNREFUSED' });
  }
}
