/**
 * Connections over TLS that show how they ended. With close_notify the host itself has ended the connection; without it,
 * anybody on the way may have cut it (RFC 9112, section 9.8). Node ends a TLSSocket in the same way in both cases. But it
 * does so from within the TCP socket's data when close_notify arrives, and from that socket's `end` when it doesn't.
 */
import { Agent, type RequestOptions } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

const closedByHost = new WeakSet<Socket>();

/** Whether the host itself has ended the connection. Plain http has no sign of it. */
export function endedProperly(socket: Socket): boolean {
  return !(socket instanceof TLSSocket) || closedByHost.has(socket);
}

export class TlsAgent extends Agent {
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // Half open, because its close would destroy the TLSSocket, and with it what a slow reader hasn't read yet.
    const tcp = new Socket({ allowHalfOpen: true });
    const overTcp = { ...options, socket: tcp };
    const tls = super.createConnection(overTcp, callback);
    if (tls instanceof TLSSocket) {
      tls.allowHalfOpen = false;
      noteTheEnd(tls, tcp);
    }
    tcp.setNoDelay().connect({ host: options.host ?? 'localhost', port: Number(options.port) });
    return tls;
  }
}

function noteTheEnd(tls: TLSSocket, tcp: Socket): void {
  const push = tls.push.bind(tls);
  tls.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && !tcp.readableEnded) closedByHost.add(tls);
    return push(chunk, encoding);
  };
}
