/**
 * The thread of the admin listener (ADR 30): settings, parts of its own, and an orderly end. What it throws ends the
 * thread and not the process.
 */
import type { RequestListener } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { readConfig } from '../config/config.js';
import { closeServer, createListener, listenOn } from '../listener/listener.js';
import { createMetrics } from '../status/metrics.js';
import { openAdmin } from './admin.js';
import type { AdminThreadData, AdminThreadReady } from './admin-thread.js';
import { createLog } from './log.js';
import { openParts } from './parts.js';

/** How long requests under way may take to end once the thread must stop. */
const GIVE_UP_MS = 5_000;

const config = readConfig();
// Each thread has connections of its own, so an outage is logged by both.
const log = createLog(config.logLevel).child({ thread: 'admin' });
const { port } = workerData as AdminThreadData;
const parts = await openParts(config, log, createMetrics());
const app = await openAdmin(config, log, parts);
const server = createListener(
  config,
  { keepAliveTimeout: config.keepAliveMs },
  app.getHttpAdapter().getInstance() as RequestListener,
  {
    onError: (error) => {
      log.error({ err: error }, 'certificate not reloaded; the old one stays');
    },
  },
);

parts.audit.fenced.addEventListener('abort', () => {
  log.error({}, 'the audit chain of the admin listener was taken over; it must not go on');
  setTimeout(() => process.exit(1), 2 * GIVE_UP_MS);
  void close(GIVE_UP_MS).finally(() => process.exit(1));
});
parentPort?.once('message', () => {
  void close(config.budgets.drainMs).then(() => process.exit(0));
});
const listening = await listenOn(server, { ...config.listen.admin, port: port ?? config.listen.admin.port });
parentPort?.postMessage({ address: listening.address, port: listening.port } satisfies AdminThreadReady);

/** Callers whose request is under way get their answer first. */
async function close(drainMs: number): Promise<void> {
  await closeServer(server, drainMs);
  await app.close();
  await parts.close();
}
