/** The gateway process: settings, listeners, and an orderly end. */
import { ConfigError, readConfig } from './config/config.js';
import { openGateway } from './process/gateway.js';
import { createLog } from './process/log.js';

/** A process that may not go on ends within this time, whatever it still waits for. */
const GIVE_UP_MS = 15_000;

try {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const gateway = await openGateway(config, log);
  log.info(gateway.addresses, 'gateway ready');

  let ending: Promise<void> | null = null;
  // A second signal doesn't cut the first one short: requests in flight are worth more than haste.
  const end = (): void => {
    ending ??= gateway.close().then(() => {
      log.info({}, 'gateway closed');
      process.exit(0);
    });
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  gateway.failed.addEventListener('abort', () => {
    log.error({}, 'the audit chain of this process was taken over; it must not go on');
    setTimeout(() => process.exit(1), GIVE_UP_MS);
    void gateway.giveUp().finally(() => process.exit(1));
  });
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'uncaught exception');
    process.exit(1);
  });
} catch (error) {
  const text = error instanceof ConfigError ? error.message : `the gateway could not start: ${String(error)}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
