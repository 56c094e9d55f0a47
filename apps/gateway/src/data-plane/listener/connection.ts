/**
 * One connection of a caller, with everything that is known about it: which requests wait for their turn, whether the
 * parser gave up, and whether the answer under way is the last.
 *
 * Requests on a connection run one at a time. Node parses ahead, so a request that was pipelined behind one with
 * unclear framing would otherwise be served although the connection ends with that refusal, and a refusal for bytes
 * that can't be parsed would be written into the middle of an answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayError } from '@gatehouse/domain/errors';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const connections = new WeakMap<Socket, Connection>();

export function connectionOf(socket: Socket): Connection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const connection = new Connection(socket);
  connections.set(socket, connection);
  return connection;
}

export class Connection {
  private readonly socket: Socket;
  private unanswered = 0;
  private count = 0;
  /** Resolves when every request accepted so far has been answered. */
  private allAnswered: Promise<void> = Promise.resolve();
  private newest: { readonly request: IncomingMessage; readonly body: AbortController } | null = null;
  private parserGaveUp = false;
  private closing = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** True when the answer under way is the last one on this connection. */
  get isClosing(): boolean {
    return this.closing;
  }

  /** True while every request that has arrived so far has been answered. */
  get isIdle(): boolean {
    return this.unanswered === 0;
  }

  /** How many requests have arrived. */
  get arrived(): number {
    return this.count;
  }

  /**
   * Handles a request once those before it are answered; drops it if the connection is closing by then.
   * The first request is handled synchronously, so that a refusal of it is known before Node hands over the next.
   */
  accept(request: IncomingMessage, response: ServerResponse, handle: RequestHandler): void {
    if (this.parserGaveUp || !this.mayAnswer()) return;
    const answer = async (): Promise<void> => {
      const closed = new Promise<void>((resolve) => response.once('close', resolve));
      await handle(request, response);
      await closed;
    };
    const isFirst = this.unanswered === 0;
    this.count += 1;
    this.unanswered += 1;
    this.newest = { request, body: new AbortController() };
    const answered = isFirst
      ? answer()
      : this.allAnswered.then(() => (this.mayAnswer() ? answer() : undefined));
    this.allAnswered = answered.then(() => {
      this.unanswered -= 1;
    });
  }

  /**
   * To be called as soon as a request is refused, before Node hands over the next one of the same packet. If nobody can
   * say where the refused message ends, nothing after it may be served.
   */
  noteRefusal({ code }: GatewayError): void {
    if (code === 'GW_FRAMING' || code === 'GW_TIMEOUT') this.closing = true;
  }

  /**
   * The parser can't read on. If a request is still incomplete, the error becomes its answer; otherwise `answer` runs
   * after the answers that are due.
   * @returns false if this was known already: the parser reports its error again for whatever else arrives
   */
  giveUp(error: GatewayError, answer: () => void): boolean {
    if (this.parserGaveUp) return false;
    this.parserGaveUp = true;
    if (this.newest === null || this.unanswered === 0) answer();
    else if (!this.newest.request.complete) this.newest.body.abort(error);
    else
      void this.allAnswered.then(() => {
        if (this.mayAnswer()) answer();
      });
    return true;
  }

  /**
   * Aborts when the rest of a request's body will never come; the reason is the GatewayError to answer with.
   * Null for all requests but the newest, which the parser has read to their ends.
   */
  bodySignal(request: IncomingMessage): AbortSignal | null {
    return this.newest?.request === request ? this.newest.body.signal : null;
  }

  private mayAnswer(): boolean {
    return this.socket.writable && !this.socket.writableEnded && !this.closing;
  }
}
