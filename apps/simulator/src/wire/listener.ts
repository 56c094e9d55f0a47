import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Binds `address` (`host:port`; port 0 takes any free one). Closing destroys every open socket, so that a fault that
 * hangs or drips can't keep the process alive. No request timeout: APIM waits 180 s for e-RS, and faults wait longer.
 */
export async function listen(
  server: HttpServer | HttpsServer,
  address: string,
  scheme: 'http' | 'https',
): Promise<Listener> {
  const { host, port } = parseAddress(address);
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    // Resets are normal here: clients abort, and faults reset on purpose.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', track);
  server.on('secureConnection', track);
  server.requestTimeout = 0;
  server.timeout = 0;
  server.keepAliveTimeout = 75_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  const urlHost = bound.family === 'IPv6' ? `[${host}]` : host;
  return {
    url: `${scheme}://${urlHost}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${address} is not host:port`);
  return { host, port };
}
