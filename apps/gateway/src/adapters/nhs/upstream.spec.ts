import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { bodyFault, HttpCallError } from './http-fault.js';
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
type Script = (connection: Connection, received: Buffer) => unknown;

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

/** @param scripts one for each request in turn; the last one serves all further requests */
async function startErs(scheme: Scheme, scripts: readonly Script[], identity = trusted) {
  const ers = { origin: '', requests: 0, connections: 0, open: 0 };
  const outside: Socket[] = [];
  const serve = (socket: Socket): void => {
    const visible = outside[ers.connections];
    ers.connections += 1;
    ers.open += 1;
    socket
      .on('close', () => (ers.open -= 1))
      .on('error', () => undefined)
      .on('data', (received: Buffer) => {
        const script = scripts[ers.requests] ?? scripts.at(-1);
        ers.requests += 1;
        const connection: Connection = {
          write: (bytes) => socket.write(bytes),
          end: () => socket.end(),
          cut: () => visible?.unpipe().end(),
          reset: () => visible?.resetAndDestroy(),
          garble: () => visible?.write('not TLS at all'),
        };
        script?.(connection, received);
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
  const upstream = openUpstream({
    connectMs: 20_000,
    bodyStallMs: 20_000,
    connectionsPerBinding: 4,
    proxy: null,
    onDate: () => undefined,
    onCall: () => undefined,
    ...options,
  });
  closing.push(() => upstream.close());
  return upstream;
}

type Result = { status: number; body: string } | { fault: string; afterHeaders: boolean };

const REQUEST = { method: 'GET', path: '/', headers: {}, body: null, headersMs: 20_000 } as const;

/** @param onHeaders called when the answer has begun */
async function call(
  upstream: ReturnType<typeof openUpstream>,
  origin: string,
  request: Partial<UpstreamRequest> = {},
  onHeaders: () => void = () => undefined,
): Promise<Result> {
  const seat = upstream.reserve('binding', origin);
  if (seat === null) throw new Error('no seat');
  let answer;
  try {
    answer = await seat.send({ ...REQUEST, signal: new AbortController().signal, ...request });
  } catch (error) {
    const fault = error instanceof HttpCallError ? error.fault : `not classified: ${String(error)}`;
    return { fault, afterHeaders: false };
  }
  onHeaders();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    return { fault: bodyFault(error), afterHeaders: true };
  }
  return { status: answer.status, body: Buffer.concat(chunks).toString() };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const PASSES: Result = { status: 200, body: 'ok' };
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const UNTIL_CLOSE = 'HTTP/1.1 200 OK\r\n\r\nok';
const refused = (fault: string, afterHeaders = false): Result => ({ fault, afterHeaders });

/** Writes the parts one after the other, each in a TCP segment of its own. */
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
    ['one thousand', CONTINUE.repeat(1_000), PASSES],
    ['more than any server sends', CONTINUE.repeat(1_001), refused('protocol')],
    ['a 100 with a body', 'HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nabc', refused('protocol')],
    [
      'a change of protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      refused('protocol'),
    ],
    ['a 101 that changes to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', refused('protocol')],
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

  it('and nothing else: the call ends at the time limit for the headers', async () => {
    const ers = await startErs(scheme, [
      ({ write }) => {
        const timer = setInterval(() => write(CONTINUE), 20);
        onTestFinished(() => clearInterval(timer));
      },
    ]);
    expect(await call(open(), ers.origin, { headersMs: 300 })).toEqual(refused('timeout'));
  });
});

type Then = 'end' | 'cut' | 'reset';

describe.each<Scheme>(['http', 'https'])('where an answer ends, over %s', (scheme) => {
  const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const withHeader = (bytes: string, line: string): string => bytes.replace('\r\n', `\r\n${line}\r\n`);
  const cutOff = refused('broken', true);
  /** What e-RS does with the connection once the answer has begun to arrive. */
  const ROWS: [what: string, bytes: string, then: Then | null, Result][] = [
    ['by its length', OK, null, PASSES],
    ['by its length, and the connection is closed', OK, 'end', PASSES],
    ['by its length, and the connection is cut', OK, 'cut', PASSES],
    ['by its length, and other bytes follow', `${OK}!`, null, PASSES],
    [
      'by its length, after 3,000 headers',
      withHeader(OK, Array(3_000).fill('A: b').join('\r\n')),
      null,
      PASSES,
    ],
    ['before its length', OK.slice(0, -1), 'end', cutOff],
    ['before its length, cut', OK.slice(0, -1), 'cut', cutOff],
    ['before its length, reset', OK.slice(0, -1), 'reset', cutOff],
    ['by its last chunk', `${CHUNKED}2\r\nok\r\n0\r\n\r\n`, null, PASSES],
    ['by its last chunk and trailers', `${CHUNKED}2\r\nok\r\n0\r\nX-A: b\r\n\r\n`, null, PASSES],
    ['without a last chunk', `${CHUNKED}2\r\nok\r\n`, 'end', cutOff],
    ['within a chunk', `${CHUNKED}9\r\nok`, 'end', cutOff],
    ['without a last chunk, cut', `${CHUNKED}2\r\nok\r\n`, 'cut', cutOff],
    ['in a chunk that is none', `${CHUNKED}2\r\nok\r\nxyz`, null, refused('protocol', true)],
    ['with the connection', UNTIL_CLOSE, 'end', PASSES],
    ['with the connection, in HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok', 'end', PASSES],
    // Plain http has no sign of it.
    ['with a connection that is cut', UNTIL_CLOSE, 'cut', scheme === 'http' ? PASSES : cutOff],
    ['with a connection that is reset', UNTIL_CLOSE, 'reset', cutOff],
    [
      'by two rules',
      withHeader(`${CHUNKED}2\r\nok\r\n0\r\n\r\n`, 'Content-Length: 2'),
      null,
      refused('protocol'),
    ],
    ['by two lengths', withHeader(OK, 'Content-Length: 3'), null, refused('protocol')],
    [
      'in a coding that is not chunked',
      withHeader(UNTIL_CLOSE, 'Transfer-Encoding: gzip'),
      null,
      refused('protocol'),
    ],
    [
      'in chunks of another coding',
      `${CHUNKED.replace('chunked', 'gzip, chunked')}2\r\nok\r\n0\r\n\r\n`,
      null,
      refused('protocol'),
    ],
    ['in a head that is too large', withHeader(OK, `X: ${'x'.repeat(40_000)}`), null, refused('protocol')],
  ];
  it.each(ROWS)('%s', async (_, bytes, then, result) => {
    let connection: Connection | undefined;
    const ers = await startErs(scheme, [(opened) => (connection = opened).write(bytes)]);
    const upstream = open();
    const endConnection = (): void => {
      if (then !== null) connection?.[then]();
    };
    expect(await call(upstream, ers.origin, {}, endConnection)).toEqual(result);
    await vi.waitFor(() => expect([ers.requests, upstream.inFlight()]).toEqual([1, 0]));
  });

  it.each<[string, Then]>([
    ['HTTP/1.1 200 OK\r\nContent-Le', 'end'],
    ['', 'end'],
    ['', 'cut'],
    ['', 'reset'],
  ])('before it began: after %j, %s', async (bytes, then) => {
    const ers = await startErs(scheme, [
      (connection) => {
        connection.write(bytes);
        connection[then]();
      },
    ]);
    expect(await call(open(), ers.origin)).toEqual(refused('broken'));
  });

  it('nowhere: the body breaks off when no byte has arrived for too long', async () => {
    const ers = await startErs(scheme, [inParts(CHUNKED)]);
    expect(await call(open({ bodyStallMs: 200 }), ers.origin)).toEqual(refused('timeout', true));
  });

  it('nowhere: the body breaks off at the time limit for the whole call', async () => {
    for (const bytes of [CHUNKED, UNTIL_CLOSE]) {
      const deadline = new AbortController();
      const ers = await startErs(scheme, [inParts(bytes)]);
      const end = (): void => deadline.abort(new DOMException('the time is over', 'TimeoutError'));
      const result = await call(open(), ers.origin, { signal: deadline.signal }, end);
      expect(result).toEqual(refused('timeout', true));
    }
  });

  it.each([
    ['its length', 'HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n'],
    ['its connection', 'HTTP/1.1 200 OK\r\n\r\n'],
  ])('a slow reader receives the whole of an answer that ends with %s', async (_, head) => {
    const body = 'x'.repeat(3_000_000);
    const ers = await startErs(scheme, [
      ({ write, end }) => {
        write(head + body);
        end();
      },
    ]);
    const seat = open().reserve('binding', ers.origin);
    const answer = await seat?.send({ ...REQUEST, signal: new AbortController().signal });
    let length = 0;
    for await (const chunk of answer?.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(length).toBe(body.length);
  });

  it('a HEAD has no body, whatever its headers say', async () => {
    const ers = await startErs(scheme, [inParts(OK.slice(0, -2))]);
    expect(await call(open(), ers.origin, { method: 'HEAD' })).toEqual({ status: 200, body: '' });
  });

  it('bytes after an answer are never taken for the next one', async () => {
    const stray = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL';
    for (const script of [inParts(OK + stray), inParts(OK, stray)]) {
      const ers = await startErs(scheme, [script, inParts(OK)]);
      const upstream = open();
      expect(await call(upstream, ers.origin)).toEqual(PASSES);
      await vi.waitFor(() => expect(ers.open).toBe(0));
      expect(await call(upstream, ers.origin)).toEqual(PASSES);
      expect(ers.connections).toBe(2);
    }
  });
});

describe('what is known not to have been sent', () => {
  it.each([
    ['a certificate of another host', () => otherHost],
    ['an expired certificate', () => expired],
    ['a certificate of an unknown issuer', () => unknownIssuer],
  ])('%s: the identity is wrong, and e-RS received no byte', async (_, identity) => {
    const ers = await startErs('https', [inParts(OK)], identity());
    expect(await call(open(), ers.origin)).toEqual(refused('tls'));
    expect(ers.requests).toBe(0);
  });

  it('a server that does not speak TLS', async () => {
    const ers = await startErs('http', [inParts('HTTP/1.1 400 Bad Request\r\n\r\n')]);
    expect(await call(open(), ers.origin.replace('http', 'https'))).toEqual(refused('tls'));
  });

  it('a connection that ends during or before the handshake', async () => {
    const ending = createServer((socket) => socket.end());
    const resetting = createServer((socket) => socket.resetAndDestroy());
    const silent = createServer(() => undefined);
    for (const server of [ending, resetting, silent]) {
      const origin = `https://localhost:${String(await listening(server))}`;
      expect(await call(open({ connectMs: 200 }), origin)).toEqual(refused('not-sent'));
    }
  });

  it('a port where nothing listens, and a host name that doesn’t exist', async () => {
    expect(await call(open(), 'http://localhost:1')).toEqual(refused('not-sent'));
    expect(await call(open(), 'https://nowhere.invalid')).toEqual(refused('not-sent'));
  });

  it('is nothing once the handshake is complete: a TLS error may follow the request', async () => {
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

  it.each([
    [new DOMException('the time is over', 'TimeoutError'), 'timeout'],
    [new Error('the lease is lost'), 'broken'],
  ])('a call that is cancelled ends, and doesn’t count as unsent: %s', async (reason, fault) => {
    const stop = new AbortController();
    const ers = await startErs('https', [() => stop.abort(reason)]);
    expect(await call(open(), ers.origin, { signal: stop.signal })).toEqual(refused(fault));
  });

  it('reports how long e-RS took, and whether it answered', async () => {
    const calls: string[] = [];
    const upstream = open({
      onCall: (result, tookMs) => calls.push(`${result} ${tookMs > 0 ? 'after a while' : 'at once'}`),
    });
    const ers = await startErs('http', [inParts(OK)]);
    expect(await call(upstream, ers.origin)).toEqual(PASSES);
    await call(upstream, 'http://127.0.0.1:1');
    expect(calls).toEqual(['answered after a while', 'failed after a while']);
  });

  it('a connection that ended while it was idle is not used again', async () => {
    let connection: Connection | undefined;
    const ers = await startErs('https', [(opened) => (connection = opened).write(OK), inParts(OK)]);
    const upstream = open();
    expect(await call(upstream, ers.origin)).toEqual(PASSES);
    connection?.cut();
    await vi.waitFor(() => expect(ers.open).toBe(0));
    expect(await call(upstream, ers.origin, { method: 'POST' })).toEqual(PASSES);
    expect([ers.requests, ers.connections]).toEqual([2, 2]);
  });

  it('large requests arrive whole, over TLS too', async () => {
    const body = Buffer.alloc(1_048_576, 'x');
    for (const scheme of ['http', 'https'] as const) {
      let bytes = 0;
      const ers = await startErs(scheme, [
        ({ write }, received) => {
          bytes += received.length;
          if (received.at(-1) === 0x78 && bytes > body.length) write(OK);
        },
      ]);
      const headers = { 'content-length': String(body.length) };
      expect(await call(open(), ers.origin, { method: 'POST', headers, body })).toEqual(PASSES);
    }
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
