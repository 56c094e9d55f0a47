import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GatewayError } from '@gatehouse/domain/errors';
import { checkFraming } from '@gatehouse/domain/input/framing';
import type { Config } from '../../config/config.js';
import { createBodyBudget } from '../../listener/body-budget.js';
import { beginExchange } from '../exchange.js';
import { connectionOf, type RequestHandler } from './connection.js';
import { createPartnerServer } from './partner.server.js';
import { refuse } from './refusal.js';

/** True in `npm run assure`: nothing is scaled down. */
const FULL_SIZE = process.env['GATEHOUSE_ASSURE'] !== undefined;

const config = (tls: Config['tls'] = null): Config =>
  ({
    tls,
    tlsTerminatedBy: [],
    limits: { connections: 100, connectionsPerAddress: 100, auditQueue: 100 },
  }) as unknown as Config;

const clock = { now: () => 0, monotonicNow: () => 0 };
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function start(plane: RequestHandler, tls: Config['tls'] = null) {
  let parseErrors = 0;
  const partner = createPartnerServer(
    config(tls),
    plane,
    () => (parseErrors += 1),
    () => undefined,
  );
  server = partner.server;
  await new Promise<void>((resolve) => partner.server.listen(0, '127.0.0.1', resolve));
  const { port } = partner.server.address() as AddressInfo;
  return { port, partner, parseErrors: () => parseErrors };
}

/** Everything that the server sends on one connection, once it has ended it. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

const HEAD = 'Host: gateway\r\n\r\n';

describe('the partner listener', () => {
  it('survives CONNECT on a connection that is reset', async () => {
    const { port, parseErrors } = await start(async () => undefined);
    for (let n = 0; n < 20; n += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(`CONNECT evil.example:443 HTTP/1.1\r\n${HEAD}`);
          setImmediate(() => socket.resetAndDestroy());
        });
        socket.on('error', () => undefined).on('close', () => resolve());
      });
    }
    expect(await exchange(port, `CONNECT evil.example:443 HTTP/1.1\r\n${HEAD}`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(parseErrors()).toBeGreaterThan(0);
  });

  it.each([
    ['a body that is not wanted', 'POST / HTTP/1.1\r\nContent-Length: 9000000\r\n', 413],
    ['headers that are too long', `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}`, 431],
    ['an odd request line', 'GET  / HTTP/1.1\r\n', 400],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\n', 405],
  ])('answers %s even if the caller sends everything before it reads', async (_, lines, status) => {
    const { port } = await start(async (request, response) => {
      const error = new GatewayError('GW_BODY_TOO_LARGE');
      const bodies = createBodyBudget(Infinity).share();
      refuse(beginExchange(request, clock, '127.0.0.1', bodies), error, request, response);
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(`${lines}${HEAD}`);
    expect(await new Promise((resolve) => socket.write(Buffer.alloc(9_000_000, 'x'), resolve))).toBeFalsy();
    expect(await textOf(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
  });

  it('does not run what was pipelined behind a message it refused', async () => {
    const ran: string[] = [];
    const { port } = await start(async (incoming, response) => {
      try {
        checkFraming({ httpVersion: incoming.httpVersion, method: 'GET', rawHeaders: incoming.rawHeaders });
        ran.push(incoming.url ?? '');
        response.end();
      } catch (error) {
        connectionOf(incoming.socket).noteRefusal(error as GatewayError);
        // The parser gets its turn at whatever follows.
        await new Promise((resolve) => setImmediate(resolve));
        response.writeHead(400, { Connection: 'close' }).end();
      }
    });
    await exchange(port, `GET /first HTTP/1.1\r\nExpect: the-best\r\n${HEAD}GET /second HTTP/1.1\r\n${HEAD}`);
    expect(ran).toEqual([]);
    await exchange(
      port,
      `GET /first HTTP/1.1\r\n${HEAD}GET /second HTTP/1.1\r\nConnection: close\r\n${HEAD}`,
    );
    expect(ran).toEqual(['/first', '/second']);
  });

  it('never writes a refusal into an answer that is under way', async () => {
    const { port, parseErrors } = await start(async (_, response) => {
      response.writeHead(200, { 'Content-Length': '40' });
      response.write('A'.repeat(10));
      await vi.waitFor(() => expect(parseErrors()).toBe(1));
      response.end('A'.repeat(30));
    });
    const text = await exchange(port, `GET /x HTTP/1.1\r\n${HEAD}\u0001\u0002 not HTTP\r\n\r\n`);
    const [answer] = text.split('A'.repeat(40));
    expect(text).toContain('A'.repeat(40));
    expect(answer).not.toContain('400');
  });

  it('counts a request as running until it is recorded, even when its caller has gone', async () => {
    let finish = (): void => undefined;
    const { port, partner } = await start(() => new Promise<void>((resolve) => (finish = resolve)));
    const callerIsGone = new Promise((resolve) =>
      partner.server.once('connection', (socket: Socket) => socket.once('close', resolve)),
    );
    const caller = connect(port, '127.0.0.1', () => caller.write(`GET /x HTTP/1.1\r\n${HEAD}`));
    await vi.waitFor(() => expect(partner.running()).toBe(1));
    caller.resetAndDestroy();
    await callerIsGone;
    expect(partner.running()).toBe(1);
    finish();
    await vi.waitFor(() => expect(partner.running()).toBe(0));
  });

  it(
    'ends a connection with the answer that was under way when it began to drain',
    { timeout: 5_000 },
    async () => {
      const { port, partner } = await start(async (_, response) => {
        response.writeHead(200, { 'Content-Length': '2' }).write('A');
        partner.startDraining();
        response.end('B');
      });
      const text = await exchange(port, `GET /x HTTP/1.1\r\n${HEAD}`);
      expect(text).toMatch(/\r\nConnection: keep-alive\r\n.*AB$/s);
    },
  );

  it(
    'keeps a TLS connection that waits longer for its answer than a silent one may live',
    { timeout: 30_000 },
    async () => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
        keyType: 'ec',
        algorithm: 'sha256',
      });
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
      const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), partnerClientCa: undefined };
      writeFileSync(tls.cert, cert);
      writeFileSync(tls.key, key);
      const connectTls = () =>
        connectSecurely({ port, host: '127.0.0.1', servername: 'localhost', ca: cert });
      const { port, partner } = await start(async (_, response) => {
        const silent = connectTls().resume();
        await once(silent, 'close');
        response.end('late');
      }, tls);
      // `npm run assure` waits for the real limit.
      if (!FULL_SIZE) partner.server.headersTimeout = 300;
      const waiting = connectTls();
      waiting.write(`GET /x HTTP/1.1\r\nConnection: close\r\n${HEAD}`);
      let answer = '';
      for await (const chunk of waiting) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 200 .*late$/s);
    },
  );
});
