/** A TCP proxy that fails on request: it can add latency, cut a connection at a byte, swallow everything, or refuse. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type Direction = 'up' | 'down';

export interface TcpProxy {
  /** The host:port to connect to instead of the target. */
  readonly address: string;
  /** The same URL through the proxy. */
  through(url: string): string;
  /** Lets everything pass again, on new connections and on those that are still open. */
  pass(): void;
  /**
   * Delays each chunk by this time.
   * @param name only of connections whose first chunk has it, as PostgreSQL's start of a session has the application's name
   */
  delay(milliseconds: number, name?: string): void;
  /** Keeps connections open but passes nothing in either direction. */
  swallow(): void;
  /** Resets open connections and new ones. */
  refuse(): void;
  /** Resets open connections, but lets new ones pass. */
  cut(): void;
  /** Lets each connection pass this many bytes in one direction, then resets it or stops passing anything. */
  stopAfter(direction: Direction, bytes: number, how: 'reset' | 'silence'): void;
  /** The number of bytes passed to the target. */
  readonly upBytes: () => number;
  /** The number of bytes received so far, whether or not they were passed on. */
  readonly received: () => Readonly<Record<Direction, number>>;
  close(): Promise<void>;
}

interface Stop {
  readonly direction: Direction;
  readonly bytes: number;
  readonly how: 'reset' | 'silence';
}

/** @param target host:port, or what says for each new connection where it leads */
export async function startTcpProxy(target: string | (() => string)): Promise<TcpProxy> {
  const targetNow = typeof target === 'string' ? () => target : target;
  let mode: 'pass' | 'swallow' | 'refuse' = 'pass';
  let delayMs = 0;
  let delayedName = '';
  let stop: Stop | null = null;
  let upBytes = 0;
  const received = { up: 0, down: 0 };
  const open = new Set<Socket>();
  /** Delivers the chunks that were held back while nothing passed. */
  const heldBack = new Set<() => void>();

  const resetAll = (): void => {
    for (const socket of open) socket.resetAndDestroy();
    heldBack.clear();
  };

  const pipe = (from: Socket, to: Socket, direction: Direction, isDelayed: () => boolean): void => {
    let passedBytes = 0;
    let last = Promise.resolve();
    const deliver = (chunk: Buffer): void => {
      if (to.destroyed) return;
      let bytes = chunk;
      if (stop?.direction === direction) {
        bytes = chunk.subarray(0, Math.max(0, stop.bytes - passedBytes));
        if (bytes.length < chunk.length && stop.how === 'reset') {
          to.write(bytes, () => {
            to.resetAndDestroy();
            from.resetAndDestroy();
          });
          return;
        }
      }
      passedBytes += bytes.length;
      if (direction === 'up') upBytes += bytes.length;
      if (bytes.length > 0 && !to.write(bytes)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    };
    from.on('data', (chunk: Buffer) => {
      received[direction] += chunk.length;
      if (mode === 'swallow') heldBack.add(() => deliver(chunk));
      else if (!isDelayed()) deliver(chunk);
      else {
        const due = new Promise((resolve) => setTimeout(resolve, delayMs));
        last = last.then(() => due).then(() => deliver(chunk));
      }
    });
    from.on('end', () => void last.then(() => to.end()));
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      open.delete(from);
      to.destroySoon();
    });
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    open.add(client);
    if (mode === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      open.delete(client);
      return;
    }
    const { hostname, port } = new URL(`tcp://${targetNow()}`);
    const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    open.add(upstream);
    let first: Buffer | null = null;
    client.once('data', (chunk: Buffer) => (first = chunk));
    const isDelayed = (): boolean => delayMs > 0 && (first?.includes(delayedName) ?? delayedName === '');
    pipe(client, upstream, 'up', isDelayed);
    pipe(upstream, client, 'down', isDelayed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  return {
    address,
    through(url) {
      const proxied = new URL(url);
      proxied.host = address;
      return proxied.href;
    },
    pass() {
      mode = 'pass';
      delayMs = 0;
      stop = null;
      for (const release of heldBack) release();
      heldBack.clear();
    },
    delay(milliseconds, name = '') {
      delayMs = milliseconds;
      delayedName = name;
    },
    swallow() {
      mode = 'swallow';
    },
    refuse() {
      mode = 'refuse';
      resetAll();
    },
    cut: resetAll,
    stopAfter(direction, bytes, how) {
      stop = { direction, bytes, how };
    },
    upBytes: () => upBytes,
    received: () => ({ ...received }),
    async close() {
      resetAll();
      server.close();
      await once(server, 'close');
    },
  };
}
