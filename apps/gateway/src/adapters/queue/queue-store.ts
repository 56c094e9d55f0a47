/**
 * Where BullMQ keeps its queues: Redis (or Valkey) if there is one, else PostgreSQL. No other file knows which (ADR 41).
 * Whatever it loses is queued again from PostgreSQL, so nothing here needs to last.
 */
import { QUEUE_SCHEMA } from '@gatehouse/db/queue-schema';
import {
  createPostgresBackend,
  createRedisBackend,
  type PostgresConnectionOptions,
  type Processor,
  type Queue,
  withBackend,
  type Worker,
  type WorkerOptions,
} from 'bullmq';
import pg from 'pg';
import { patientPool } from './patient-pool.js';

export type JobQueue = Pick<
  Queue<unknown>,
  | 'add'
  | 'getJobScheduler'
  | 'upsertJobScheduler'
  | 'removeJobScheduler'
  | 'getJobCounts'
  | 'getFailed'
  | 'getJob'
  | 'getWaiting'
  | 'remove'
  | 'close'
> & { on(event: 'error', listener: (error: Error) => void): unknown };
export type JobWorker = Pick<Worker<unknown>, 'close'> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
};
export type JobProcessor = Processor<unknown>;
export type JobWorkerOptions = Omit<WorkerOptions, 'connection'>;

export interface QueueStore {
  readonly kind: 'redis' | 'postgresql';
  queue(name: string): JobQueue;
  worker(name: string, processor: JobProcessor, options: JobWorkerOptions): JobWorker;
  /** How often it could not be reached: after another time, queues and workers of before may never work again. */
  outages(): number;
  /** @throws if it can't be reached */
  ping(): Promise<void>;
  /** After its queues and workers. */
  close(): Promise<void>;
}

export interface QueueStoreSettings {
  readonly redisUrl: string | null;
  readonly databaseUrl: string;
  readonly onError: (error: Error) => void;
}

/** Prefix of the keys in Redis, so that it can be shared. */
const PREFIX = 'gatehouse';
/** To PostgreSQL: one that listens for all workers, and three for their statements. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
const RECONNECT_MS = 1_000;

export function openQueueStore(settings: QueueStoreSettings): QueueStore {
  return settings.redisUrl === null ? inPostgres(settings) : inRedis(settings.redisUrl);
}

function inPostgres({ databaseUrl, onError }: QueueStoreSettings): QueueStore {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    application_name: 'gatehouse queue',
    keepAlive: true,
    options: `-c search_path=${QUEUE_SCHEMA}`,
  });
  // Each queue and worker listens as well.
  pool.setMaxListeners(0);
  let outages = 0;
  const onAway = (error: Error): void => {
    outages += 1;
    onError(error);
  };
  const patient = patientPool(pool, onAway);
  // BullMQ describes in types of its own what it uses of a pool.
  const connection = patient as unknown as PostgresConnectionOptions;
  return {
    kind: 'postgresql',
    queue: (name) => new Queue<unknown>(name, { connection }),
    worker: (name, processor, options) => new Worker<unknown>(name, processor, { ...options, connection }),
    outages: () => outages,
    async ping() {
      await pool.query('SELECT 1');
    },
    close: () => patient.end(),
  };
}

function inRedis(url: string): QueueStore {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connection = { url, connectTimeout: CONNECT_MS, retryStrategy: () => RECONNECT_MS };
  return {
    kind: 'redis',
    // Refused within seconds while Redis is away: what was to be queued waits in PostgreSQL.
    queue: (name) =>
      new Queue<unknown>(name, {
        prefix: PREFIX,
        connection: { ...connection, maxRetriesPerRequest: 1 },
      }),
    worker: (name, processor, options) =>
      new Worker<unknown>(name, processor, {
        ...options,
        prefix: PREFIX,
        connection: { ...connection, maxRetriesPerRequest: null },
      }),
    // Connections to Redis heal by themselves.
    outages: () => 0,
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
