/**
 * The partner listener: strict parsing, limits on time and connections, and a proper answer even where Node's parser
 * gives up before there is a request.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { GatewayError } from '@gatehouse/domain/errors';
import { mayBeRequestLine } from '@gatehouse/domain/input/framing';
import { brokenFraming } from '@gatehouse/domain/input/framing-rules';
import type { Config } from '../../config/config.js';
import { createListener } from '../../listener/listener.js';
import { connectionOf, type RequestHandler } from './connection.js';
import { limitConnectionsPerAddress } from './connections-per-address.js';
import { isHttpError, type ParseError, parseRefusal } from './parse-error.js';
import { refuseUnparsed } from './refusal.js';

/** Enough for the longest body, an upload. The body reader sets shorter limits. */
const REQUEST_TIMEOUT_MS = 125_000;
const MAX_REQUESTS_PER_SOCKET = 1_000;
const MAX_HEADER_BYTES = 16_384;

export interface PartnerServer {
  readonly server: Server | HttpsServer;
  /** From now on, answers close their connections. */
  startDraining(): void;
  /** Requests not yet recorded to their end, whether or not their caller is still connected. */
  running(): number;
}

export function createPartnerServer(
  config: Config,
  plane: RequestHandler,
  onParseError: () => void,
  onError: (error: unknown) => void,
): PartnerServer {
  let draining = false;
  let running = 0;
  const unanswered = new Set<ServerResponse>();

  const handle: RequestHandler = async (request, response) => {
    running += 1;
    try {
      await plane(request, response);
    } finally {
      running -= 1;
    }
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (draining) response.shouldKeepAlive = false;
    unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
      // Headers that were sent before may have promised to keep the connection.
      if (draining) server.closeIdleConnections();
    });
    // Node can check this too, but would write the answer itself.
    if (request.httpVersion === '1.1' && request.headers.host === undefined)
      giveUp(request.socket, new GatewayError('GW_FRAMING', brokenFraming('no Host')), onParseError);
    else connectionOf(request.socket).accept(request, response, handle);
  };
  const server = createListener(
    config,
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: false,
      requestTimeout: REQUEST_TIMEOUT_MS,
      joinDuplicateHeaders: false,
    },
    onRequest,
    { clientCa: config.tls?.partnerClientCa, onError },
  );
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = config.limits.connections;
  limitConnectionsPerAddress(server, config.limits.connectionsPerAddress);
  // A caller that has closed its sending side still gets its answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Without this handler, Node answers an unknown expectation itself.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  refuseWhatIsNoRequest(server, onParseError);
  server.on(config.tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    refuseOddRequestLines(socket, onParseError);
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

function refuseWhatIsNoRequest(server: Server | HttpsServer, onParseError: () => void): void {
  server.on('clientError', (error: ParseError, socket: Socket) => {
    if (isHttpError(error) && socket.writable) giveUp(socket, parseRefusal(error), onParseError);
    else if (!isHttpError(error) || !socket.writableEnded) {
      onParseError();
      socket.destroy();
    }
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node no longer handles the errors of this socket.
    socket.on('error', () => socket.destroy());
    const error = new GatewayError('GW_METHOD', { headers: { Allow: 'GET, HEAD, POST, PUT' } });
    giveUp(socket, error, onParseError);
  });
}

/**
 * Node's parser takes several spaces in a request line for one. Its bytes are looked at first, wherever a request can
 * begin: while no other is unanswered on the connection.
 */
function refuseOddRequestLines(socket: Socket, onParseError: () => void): void {
  const connection = connectionOf(socket);
  let start = '';
  /** How many requests had arrived when the line of the next one was found to be in order. */
  let checkedAt = -1;
  socket.prependListener('data', (chunk: Buffer) => {
    if (!connection.isIdle || connection.arrived === checkedAt) return;
    start += chunk.toString('latin1', 0, MAX_HEADER_BYTES);
    const isComplete = start.trimStart().includes('\n');
    if (!mayBeRequestLine(start))
      giveUp(socket, new GatewayError('GW_FRAMING', brokenFraming('request line')), onParseError);
    else if (isComplete) checkedAt = connection.arrived;
    if (isComplete || start.length > MAX_HEADER_BYTES) start = '';
  });
}

function giveUp(socket: Socket, error: GatewayError, onParseError: () => void): void {
  const isNew = connectionOf(socket).giveUp(error, () => {
    refuseUnparsed(socket, error);
  });
  if (isNew) onParseError();
}
