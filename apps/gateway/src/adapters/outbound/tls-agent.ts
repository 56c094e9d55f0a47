/**
 * Connections over TLS that show how they ended, through the outbound proxy if there is one. With close_notify the host
 * itself has ended the connection; without it, anybody on the way may have cut it (RFC 9112, section 9.8). Node ends a
 * TLSSocket in the same way in both cases. But it does so from within the TCP socket's data when close_notify arrives, and
 * from that socket's `end` when it doesn't.
 */
import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { bypassesProxy, openTunnel, type OutboundProxy } from './outbound-proxy.js';

const closedByHost = new WeakSet<Socket>();
// Half open, because its close would destroy the TLSSocket, and with it what a slow reader hasn't read yet.
const HALF_OPEN = { allowHalfOpen: true };

type Callback = (error: Error | null, stream: Duplex) => void;

/** Whether the host itself has ended the connection. Plain http has no sign of it. */
export function endedProperly(socket: Socket): boolean {
  return !(socket instanceof TLSSocket) || closedByHost.has(socket);
}

export class TlsAgent extends Agent {
  readonly #proxy: OutboundProxy | null;

  constructor(options: AgentOptions, proxy: OutboundProxy | null) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: RequestOptions, callback?: Callback): Duplex | null | undefined {
    const host = options.host ?? 'localhost';
    const port = Number(options.port);
    if (this.#proxy === null || bypassesProxy(this.#proxy.bypassed, host, port)) {
      const tcp = new Socket(HALF_OPEN);
      const tls = this.#secure(tcp, options);
      tcp.setNoDelay().connect({ host, port });
      return tls;
    }
    this.#throughTunnel(this.#proxy, host, port, options).then(
      (tls) => callback?.(null, tls),
      (error: unknown) => callback?.(error as Error, new Socket()),
    );
    return undefined;
  }

  async #throughTunnel(
    proxy: OutboundProxy,
    host: string,
    port: number,
    options: RequestOptions,
  ): Promise<TLSSocket> {
    return this.#secure(await openTunnel(proxy, host, port, HALF_OPEN), options);
  }

  #secure(tcp: Socket, options: RequestOptions): TLSSocket {
    const overTcp = { ...options, socket: tcp };
    const tls = super.createConnection(overTcp);
    if (!(tls instanceof TLSSocket)) throw new TypeError('a connection to https without TLS');
    tls.allowHalfOpen = false;
    noteTheEnd(tls, tcp);
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
