// The ports of `npm start`: the default ones, or free ones in place of those that are in use.
import { createServer } from 'node:net';

const DEFAULT_PORTS = {
  partner: 8080,
  admin: 8081,
  public: 8082,
  status: 8083,
  web: 8084,
  apim: 8090,
  kms: 8091,
  objects: 8092,
  control: 8093,
  staff: 8094,
  cis2: 8095,
};
const ATTEMPTS = 5;

/** A piece could not listen, because another process had taken its port. */
export class PortTaken extends Error {}

/** Returns the port if it can be listened on, else null. Port 0 gives any free one. */
function freePort(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const given = server.address().port;
      server.close(() => resolve(given));
    });
  });
}

async function choosePorts(names, defaults) {
  const ports = {};
  for (const name of names) {
    ports[name] = await freePort(defaults[name]);
    const isTwice = () => names.some((other) => other !== name && ports[other] === ports[name]);
    while (ports[name] === null || isTwice()) ports[name] = await freePort(0);
  }
  return ports;
}

/**
 * Starts a piece on ports that are free and returns them. Another process may take one before the piece listens on it,
 * as happens where several start at once. `start` then throws PortTaken, and the piece starts again on other ports.
 * @param {string[]} names
 * @param {(ports: Record<string, number>) => Promise<unknown>} start
 */
export async function startOnFreePorts(names, start, defaults = DEFAULT_PORTS) {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(names, defaults);
    try {
      await start(ports);
    } catch (error) {
      if (error instanceof PortTaken && attempt < ATTEMPTS) continue;
      throw error;
    }
    const moved = names.filter((name) => ports[name] !== defaults[name]);
    return {
      ports,
      notes: moved.map((name) => `port ${defaults[name]} is in use, so ${name} uses ${ports[name]}`),
    };
  }
}
