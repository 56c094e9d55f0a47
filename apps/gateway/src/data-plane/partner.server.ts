/**
 * The partner listener: strict parsing, bounded time and connections, and an honest answer even where Node's parser
 * gives up before there is a request.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type ErrorCode, GatewayError, type GatewayErrorOptions } from '@gatehouse/domain/errors';
import type { Config } from '../config.js';
import { createListener } from '../listener.js';
import { isPoisoned, operationOutcome, refusalHeaders } from './outcome.js';
import type { Plane } from './plane.js';

/** Over the longest body (an upload); shorter limits are the body reader's. */
const REQUEST_MS = 125_000;
const MAX_REQUESTS_PER_SOCKET = 1_000;
const MAX_HEADER_BYTES = 16_384;

export interface PartnerServer {
  readonly server: Server | HttpsServer;
  /** From now on answers close their connections. */
  startDraining(): void;
  /** Requests not yet recorded to their end, whether or not their caller is still there. */
  running(): number;
}

export function createPartnerServer(
  config: Config,
  plane: Plane,
  onParseError: () => void,
  onError: (error: unknown) => void,
): PartnerServer {
  let draining = false;
  let running = 0;
  /** Answers not yet finished, by connection. */
  const underWay = new WeakMap<Socket, number>();
  const server = createListener(
    config,
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: true,
      requestTimeout: REQUEST_MS,
      joinDuplicateHeaders: false,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      // What follows a refused message on the same connection can't be told from the rest of it.
      if (isPoisoned(socket)) {
        socket.destroy();
        return;
      }
      if (draining) response.shouldKeepAlive = false;
      underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
      response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
      running += 1;
      void plane(request, response).finally(() => {
        running -= 1;
      });
    },
    { clientCa: config.tls?.partnerClientCa, onError },
  );
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = config.limits.connections;
  limitPerAddress(server, config.limits.connectionsPerAddress);

  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    onParseError();
    // Words of ours must not end up inside an answer that is under way, or be taken for one.
    const answering = (underWay.get(socket) ?? 0) > 0;
    if (error.code === 'ECONNRESET' || !socket.writable || answering) socket.destroy();
    else answerRaw(socket, parseRefusal(error.code ?? ''));
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    onParseError();
    // Node has let go of the socket and of its errors.
    socket.on('error', () => socket.destroy());
    answerRaw(socket, new GatewayError('GW_METHOD', { headers: { Allow: 'GET, HEAD, POST, PUT' } }));
  });
  return {
    server,
    startDraining() {
      draining = true;
    },
    running: () => running,
  };
}

function parseRefusal(code: string): GatewayError {
  const of = (error: ErrorCode, options: GatewayErrorOptions): GatewayError =>
    new GatewayError(error, options);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return of('GW_TIMEOUT', {});
  if (code === 'HPE_HEADER_OVERFLOW') return of('GW_FRAMING', { status: 431, fhirIssue: 'too-long' });
  return of('GW_FRAMING', {});
}

/** There is no request to answer, so the bytes are written by hand; the connection ends with them. */
function answerRaw(socket: Socket, error: GatewayError): void {
  const body = JSON.stringify(operationOutcome(error, ''));
  const headers = {
    ...refusalHeaders(error, randomUUID(), null),
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  socket.once('finish', () => socket.destroySoon());
}

function limitPerAddress(server: Server | HttpsServer, limit: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > limit) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
