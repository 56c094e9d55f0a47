import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HttpCallError } from './http-call.js';
import { openUpstream, type UpstreamOptions, type UpstreamRequest } from './upstream.js';

interface Identity {
  readonly key: string;
  readonly cert: string;
}
let trusted: Identity;
let otherHost: Identity;
let expired: Identity;
let unknownIssuer: Identity;
beforeAll(async () => {
  trusted = await certificate('localhost');
  otherHost = await certificate('another.example');
  expired = await certificate('localhost', new Date('2020-01-01'));
  unknownIssuer = await certificate('localhost');
  setDefaultCACertificates([trusted.cert, otherHost.cert, expired.cert]);
});

async function certificate(name: string, notBeforeDate = new Date()): Promise<Identity> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  return { key: made.private, cert: made.cert };
}

type Scheme = 'http' | 'https';

/** One connection of e-RS's, behind a relay that can cut it as nobody who speaks TLS would. */
interface Connection {
  write(bytes: string | Buffer): void;
  /** Over TLS with close_notify. */
  end(): void;
  /** Ends TCP alone. */
  cut(): void;
  reset(): void;
  /** Sends bytes that are not TLS. */
  garble(): void;
}
/** What e-RS does with a request. */
type Script = (connection: Connection) => unknown;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.setNoDelay().on('error', () => undefined));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** @param scripts one for each request in turn; the last one holds on */
async function startErs(scheme: Scheme, scripts: readonly Script[], identity = trusted) {
  const ers = { origin: '', requests: 0, connections: 0 };
  const outside: Socket[] = [];
  const serve = (socket: Socket): void => {
    const visible = outside[ers.connections];
    ers.connections += 1;
    socket
      .on('error', () => undefined)
      .on('data', () => {
        const script = scripts[ers.requests] ?? scripts.at(-1);
        ers.requests += 1;
        script?.({
          write: (bytes) => socket.write(bytes),
          end: () => socket.end(),
          cut: () => visible?.unpipe().end(),
          reset: () => visible?.resetAndDestroy(),
          garble: () => visible?.write('not TLS at all'),
        });
      });
  };
  const inner =
    scheme === 'http' ? createServer(serve) : createTlsServer(identity, (socket: TLSSocket) => serve(socket));
  const port = await listening(inner);
  const relay = createServer((socket) => {
    outside.push(socket);
    const onward = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => undefined);
    onward.pipe(socket).pipe(onward);
    socket.on('close', () => onward.destroy());
  });
  ers.origin = `${scheme}://localhost:${String(await listening(relay))}`;
  return ers;
}

function open(options: Partial<UpstreamOptions> = {}) {
  const upstream = openUpstream({ connectMs: 1_000, bodyStallMs: 500, connectionsPerBinding: 4, ...options });
  closing.push(() => upstream.close());
  return upstream;
}

type Result = { status: number; body: string } | { fault: string; afterHeaders: boolean };

async function call(
  upstream: ReturnType<typeof openUpstream>,
  origin: string,
  request: Partial<UpstreamRequest> = {},
): Promise<Result> {
  const faultOf = (error: unknown): string =>
    error instanceof HttpCallError ? error.fault : `not classified: ${String(error)}`;
  const seat = upstream.reserve('binding', origin);
  let answer;
  try {
    answer = await seat?.send({
      method: 'GET',
      path: '/',
      headers: {},
      body: null,
      headersMs: 1_000,
      signal: new AbortController().signal,
      ...request,
    });
  } catch (error) {
    return { fault: faultOf(error), afterHeaders: false };
  }
  if (answer === undefined) throw new Error('no seat');
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer.body) chunks.push(chunk);
  } catch (error) {
    return { fault: faultOf(error), afterHeaders: true };
  }
  return { status: answer.status, body: Buffer.concat(chunks).toString() };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const PASSES: Result = { status: 200, body: 'ok' };
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const refused = (fault: string, afterHeaders = false): Result => ({ fault, afterHeaders });

/** Writes the parts one after the other, in segments of their own. */
const inParts =
  (...parts: string[]): Script =>
  ({ write }) => {
    parts.forEach((part, index) => setTimeout(() => write(part), index * 20));
  };

describe.each<Scheme>(['http', 'https'])('interim answers over %s', (scheme) => {
  const ROWS: [what: string, before: string, Result][] = [
    ['none', '', PASSES],
    ['an unasked 100', CONTINUE, PASSES],
    ['a 100 with headers', 'HTTP/1.1 100 Continue\r\nDate: now\r\nContent-Length: 0\r\n\r\n', PASSES],
    ['a 102', 'HTTP/1.1 102 Processing\r\n\r\n', PASSES],
    ['a 103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', PASSES],
    ['one that nobody knows', 'HTTP/1.1 199 Whatever\r\n\r\n', PASSES],
    [
      'several',
      `${CONTINUE}HTTP/1.1 102 Processing\r\n\r\n${CONTINUE}HTTP/1.1 103 Early Hints\r\n\r\n`,
      PASSES,
    ],
    ['one hundred', CONTINUE.repeat(100), PASSES],
    ['a 100 with a body', 'HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nabc', refused('protocol')],
    [
      'a change of protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      refused('protocol'),
    ],
  ];
  it.each(ROWS)('%s: for a read and a write, at once and in parts', async (_, before, result) => {
    for (const script of [inParts(before + OK), inParts(before, OK)]) {
      const ers = await startErs(scheme, [script]);
      const upstream = open();
      expect(await call(upstream, ers.origin)).toEqual(result);
      const write = { method: 'POST', body: Buffer.from('{}'), headers: { 'content-length': '2' } } as const;
      expect(await call(upstream, ers.origin, write)).toEqual(result);
      expect([ers.requests, ers.connections]).toEqual([2, result === PASSES ? 1 : 2]);
      await vi.waitFor(() => expect(upstream.inFlight()).toBe(0));
    }
  });

  it('only: the call ends when its time for the headers is over', async () => {
    const ers = await startErs(scheme, [
      ({ write }) => {
        const timer = setInterval(() => write(CONTINUE), 20);
        onTestFinished(() => clearInterval(timer));
      },
    ]);
    expect(await call(open(), ers.origin, { headersMs: 300 })).toEqual(refused('timeout'));
  });
});

describe('what is known not to have been sent', () => {
  it.each([
    ['a certificate of another host', () => otherHost],
    ['an expired certificate', () => expired],
    ['a certificate of an unknown issuer', () => unknownIssuer],
  ])('%s: the identity is wrong, and e-RS got no byte', async (_, identity) => {
    const ers = await startErs('https', [inParts(OK)], identity());
    expect(await call(open(), ers.origin)).toEqual(refused('tls'));
    expect(ers.requests).toBe(0);
  });

  it('a server that does not speak TLS', async () => {
    const ers = await startErs('http', [inParts('HTTP/1.1 400 Bad Request\r\n\r\n')]);
    expect(await call(open(), ers.origin.replace('http', 'https'))).toEqual(refused('tls'));
  });

  it('a connection that ends during the handshake, or never gets that far', async () => {
    const ending = createServer((socket) => socket.end());
    const resetting = createServer((socket) => socket.resetAndDestroy());
    const silent = createServer(() => undefined);
    for (const server of [ending, resetting, silent]) {
      const origin = `https://localhost:${String(await listening(server))}`;
      expect(await call(open({ connectMs: 200 }), origin)).toEqual(refused('not-sent'));
    }
  });

  it('a port where nobody listens, and a name that nobody has', async () => {
    expect(await call(open(), 'http://localhost:1')).toEqual(refused('not-sent'));
    expect(await call(open(), 'https://nowhere.invalid')).toEqual(refused('not-sent'));
  });

  it('is nothing once the handshake is over: a TLS error may come after the request', async () => {
    for (const script of [({ garble }) => garble(), ({ reset }) => reset(), ({ cut }) => cut()] as Script[]) {
      const ers = await startErs('https', [script]);
      expect(await call(open(), ers.origin, { method: 'POST' })).toEqual(refused('broken'));
      expect(ers.requests).toBe(1);
    }
  });

  it('is nothing on a connection that was used before', async () => {
    const ers = await startErs('https', [inParts(OK), ({ garble }) => garble()]);
    const upstream = open();
    expect(await call(upstream, ers.origin)).toEqual(PASSES);
    expect(await call(upstream, ers.origin, { method: 'POST' })).toEqual(refused('broken'));
    expect(ers.connections).toBe(1);
  });
});

describe('seats and connections', () => {
  it('a binding has its number of seats, and connections of its own', async () => {
    const ers = await startErs('http', [inParts(OK)]);
    const upstream = open({ connectionsPerBinding: 1 });
    const seat = upstream.reserve('binding', ers.origin);
    expect(upstream.reserve('binding', ers.origin)).toBeNull();
    const other = upstream.reserve('another', ers.origin);
    expect(other).not.toBeNull();
    other?.release();
    seat?.release();
    expect(await call(upstream, ers.origin)).toEqual(PASSES);
    expect(await call(upstream, ers.origin)).toEqual(PASSES);
    expect(ers.connections).toBe(1);
    await vi.waitFor(() => expect(upstream.inFlight()).toBe(0));
  });

  it('a call that is stopped ends, and is not taken for unsent', async () => {
    const ers = await startErs('https', [() => undefined]);
    expect(await call(open(), ers.origin, { signal: AbortSignal.timeout(200) })).toEqual(refused('timeout'));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    expect(await call(open(), ers.origin, { signal: stop.signal })).toEqual(refused('broken'));
  });

  it('large answers arrive whole, over TLS too', async () => {
    const body = 'x'.repeat(5_000_000);
    for (const scheme of ['http', 'https'] as const) {
      const ers = await startErs(scheme, [
        inParts(`HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n${body}`),
      ]);
      expect(await call(open(), ers.origin)).toEqual({ status: 200, body });
    }
  });
});
