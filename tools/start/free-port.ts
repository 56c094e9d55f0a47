import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Linux gives outgoing connections ports from 32,768 and macOS from 49,152, so one of these isn't taken by chance. */
const LOWEST = 12_000;
const HIGHEST = 32_767;
const ATTEMPTS = 20;

/** A port on which nothing listens, for a server whose address must be known before it starts. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${ATTEMPTS} ports between ${LOWEST} and ${HIGHEST} was free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
