/**
 * A listener as all four audiences get it: plain HTTP or TLS whose certificate is read again when its file changes,
 * and without TLS only for the proxies that were declared to terminate it. Where there is TLS, every answer says that
 * there is nothing else.
 */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Config, Listen } from '../config/config.js';
import { addressesIn } from './caller-address.js';

/** Starts a server on an address; port 0 takes a free one. */
export function listenOn(server: Server | HttpsServer, { host, port }: Listen): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Stops taking connections and waits for those under way, at most so long. */
export function closeServer(server: Server | HttpsServer, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, withinMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

const HEADERS_MS = 10_000;
/** How long a caller may go on sending after its last answer. */
const LINGER_MS = 2_000;
const MAX_CONNECTIONS = 2_000;
/** A connection that says nothing, or too slowly, is closed; Node counts from its first moment. */
const LIMITS = {
  headersTimeout: HEADERS_MS,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: HEADERS_MS,
};

/** TLS 1.3, and of TLS 1.2 only what has forward secrecy and authenticated encryption (RFC 9325 §4.2). */
const CIPHERS = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');

/** A browser that has come over TLS comes over nothing else for a year (RFC 6797). */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000; includeSubDomains';

export function createListener(
  config: Pick<Config, 'tls' | 'tlsTerminatedBy'>,
  options: ServerOptions,
  handler: RequestListener,
  more: { readonly clientCa?: string | undefined; readonly onError?: (error: unknown) => void } = {},
): Server | HttpsServer {
  const { tls } = config;
  const { clientCa, onError = () => undefined } = more;
  if (tls === null) {
    const isBehindTls = config.tlsTerminatedBy.length > 0;
    const server = createHttpServer(
      { ...LIMITS, ...options },
      whileOpen(isBehindTls ? overTls(handler) : handler),
    );
    server.maxConnections = MAX_CONNECTIONS;
    if (isBehindTls) admitOnly(server, config.tlsTerminatedBy);
    readBeforeClosing(server);
    server.on('connection', lingerBeforeClosing);
    return server;
  }
  const context = () => ({
    cert: readFileSync(tls.cert),
    key: readFileSync(tls.key),
    minVersion: 'TLSv1.2' as const,
    ciphers: CIPHERS,
    honorCipherOrder: true,
    ...(clientCa === undefined
      ? {}
      : { ca: readFileSync(clientCa), requestCert: true, rejectUnauthorized: true }),
  });
  const server = createHttpsServer(
    { ...LIMITS, ...options, handshakeTimeout: HEADERS_MS, ...context() },
    whileOpen(overTls(handler)),
  );
  server.maxConnections = MAX_CONNECTIONS;
  const reload = (): void => {
    try {
      server.setSecureContext(context());
    } catch (error) {
      // Half a change: the old certificate stays until both files fit again.
      onError(error);
    }
  };
  const files = [tls.cert, tls.key, ...(clientCa === undefined ? [] : [clientCa])];
  for (const file of files) watchFile(file, { interval: 5_000, persistent: false }, reload);
  server.once('close', () => {
    for (const file of files) unwatchFile(file, reload);
  });
  readBeforeClosing(server);
  server.on('secureConnection', lingerBeforeClosing);
  return server;
}

function overTls(handler: RequestListener): RequestListener {
  return (request, response) => {
    response.setHeader('Strict-Transport-Security', STRICT_TRANSPORT_SECURITY);
    handler(request, response);
  };
}

/**
 * A process that was paused finds its idle connections timed out, with new requests on them that it has not read. It
 * closes those on which nothing has come.
 */
function readBeforeClosing(server: Server | HttpsServer): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
}

/**
 * To close a connection on which bytes are unread resets it, and the answer that was on its way is lost. Its sending side
 * is closed first; what still arrives is dropped until the caller closes too (RFC 9112 §9.6).
 */
function lingerBeforeClosing(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => {
      clearTimeout(timer);
    });
  };
}

/** Drops requests that follow the last answer of a connection, and the rest of a body that came too late for it. */
function whileOpen(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (!request.socket.writable) return;
    response.once('finish', () => {
      if (!request.complete) request.resume();
    });
    handler(request, response);
  };
}

function admitOnly(server: Server, ranges: readonly string[]): void {
  const isAllowed = addressesIn(ranges);
  server.on('connection', (socket: Socket) => {
    if (!isAllowed(socket.remoteAddress ?? '')) socket.destroy();
  });
}
