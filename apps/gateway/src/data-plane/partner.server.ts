/**
 * The partner listener: strict parsing, bounded time and connections, and an honest answer even where Node's parser
 * gives up before there is a request.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type ErrorCode, GatewayError, type GatewayErrorOptions } from '@gatehouse/domain/errors';
import type { Config } from '../config/config.js';
import { createListener } from '../listener/listener.js';
import { operationOutcome, refusalHeaders } from './outcome.js';
import type { Plane } from './plane.js';
import { createTurns } from './turns.js';

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
  const unanswered = new Set<ServerResponse>();
  const turns = createTurns(async (request, response) => {
    running += 1;
    try {
      await plane(request, response);
    } finally {
      running -= 1;
    }
  }, answerRaw);

  const givenUp = new WeakSet<Socket>();
  const giveUp = (socket: Socket, error: GatewayError): void => {
    // The parser tells its error again for whatever else arrives.
    if (givenUp.has(socket)) return;
    givenUp.add(socket);
    onParseError();
    turns.giveUp(socket, error);
  };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (draining) response.shouldKeepAlive = false;
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    // Node would look for it, but answer by itself.
    if (request.httpVersion === '1.1' && request.headers.host === undefined)
      giveUp(request.socket, new GatewayError('GW_FRAMING'));
    else turns.serve(request, response);
  };
  const server = createListener(
    config,
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: false,
      requestTimeout: REQUEST_MS,
      joinDuplicateHeaders: false,
    },
    serve,
    { clientCa: config.tls?.partnerClientCa, onError },
  );
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = config.limits.connections;
  limitPerAddress(server, config.limits.connectionsPerAddress);

  // Node would answer an expectation it does not know by itself.
  server.on('checkExpectation', serve);
  // Who has sent all he has to say still gets his answer.
  Object.assign(server, { httpAllowHalfOpen: true });

  server.on('clientError', (error: ParseError, socket: Socket) => {
    if (isHttp(error) && socket.writable) giveUp(socket, parseRefusal(error));
    else {
      onParseError();
      socket.destroy();
    }
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node has let go of the socket and of its errors.
    socket.on('error', () => socket.destroy());
    giveUp(socket, new GatewayError('GW_METHOD', { headers: { Allow: 'GET, HEAD, POST, PUT' } }));
  });
  return {
    server,
    startDraining() {
      draining = true;
      for (const response of unanswered) response.shouldKeepAlive = false;
    },
    running: () => running,
  };
}

/** A handshake that failed, or a connection that is gone, can't be answered. */
function isHttp({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** A method that is a word, but none that Node knows. */
const UNKNOWN_METHOD = /(?:^|\n)[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\r\n]*$/;

interface ParseError extends NodeJS.ErrnoException {
  /** The packet the parser gave up on, and how far it came. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

function parseRefusal({ code, rawPacket, bytesParsed = 0 }: ParseError): GatewayError {
  const of = (error: ErrorCode, options: GatewayErrorOptions): GatewayError =>
    new GatewayError(error, options);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return of('GW_TIMEOUT', {});
  if (code === 'HPE_INVALID_EOF_STATE') return of('GW_FRAMING', { fhirIssue: 'incomplete' });
  if (code === 'HPE_INVALID_METHOD') {
    const line = rawPacket?.toString('latin1', 0, rawPacket.indexOf('\r', bytesParsed)) ?? '';
    return of('GW_FRAMING', UNKNOWN_METHOD.test(line) ? { fhirIssue: 'not-supported' } : {});
  }
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
