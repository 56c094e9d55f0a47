/**
 * One request at a time on a connection. Node parses ahead, so what a caller pipelines behind a request whose framing
 * can't be trusted would be served although the connection ends with that refusal; and what is written for bytes that
 * can't be parsed would land in the middle of an answer under way.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayError } from '@gatehouse/domain/errors';
import { isPoisoned } from './outcome.js';
import type { Plane } from './plane.js';
import { breakOff } from './read-body.js';

export interface Turns {
  /** Serves a request when those before it on its connection are answered; not at all if the connection is closing. */
  serve(request: IncomingMessage, response: ServerResponse): void;
  /**
   * The parser gave up on a connection. A request whose body is not complete ends with the error, as its own answer;
   * else the error is an answer of its own, after those that are due.
   */
  giveUp(socket: Socket, error: GatewayError): void;
}

interface Line {
  readonly newest: IncomingMessage;
  /** Requests not answered yet. */
  waiting: number;
  settled: Promise<void>;
}

export function createTurns(plane: Plane, answerRaw: (socket: Socket, error: GatewayError) => void): Turns {
  const lines = new WeakMap<Socket, Line>();

  async function turn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = new Promise<void>((resolve) => response.once('close', resolve));
    await plane(request, response);
    await answered;
  }

  return {
    serve(request, response) {
      const { socket } = request;
      if (!isOpen(socket)) return;
      const before = lines.get(socket);
      const isFirst = before === undefined || before.waiting === 0;
      const settled = isFirst
        ? turn(request, response)
        : before.settled.then(() => (isOpen(socket) ? turn(request, response) : undefined));
      const line: Line = { newest: request, waiting: (before?.waiting ?? 0) + 1, settled };
      line.settled = settled.then(() => {
        const current = lines.get(socket);
        if (current !== undefined) current.waiting -= 1;
      });
      lines.set(socket, line);
    },
    giveUp(socket, error) {
      const line = lines.get(socket);
      if (line === undefined || line.waiting === 0) answerRaw(socket, error);
      else if (!line.newest.complete) breakOff(line.newest, error);
      else
        void line.settled.then(() => {
          if (isOpen(socket)) answerRaw(socket, error);
        });
    },
  };
}

/** False as soon as an answer was the last, or a message was refused whose end can't be trusted. */
function isOpen(socket: Socket): boolean {
  return socket.writable && !socket.writableEnded && !isPoisoned(socket);
}
