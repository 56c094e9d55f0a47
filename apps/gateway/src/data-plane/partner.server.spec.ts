import { mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayError } from '@gatehouse/domain/errors';
import { checkFraming } from '@gatehouse/domain/input/framing';
import type { Config } from '../config/config.js';
import { poisonIfUnclear } from './outcome.js';
import { createPartnerServer } from './partner.server.js';
import type { Plane } from './plane.js';

const config = (tls: Config['tls'] = null): Config =>
  ({
    tls,
    tlsTerminatedBy: [],
    limits: { connections: 100, connectionsPerAddress: 100 },
  }) as unknown as Config;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function start(plane: Plane, tls: Config['tls'] = null) {
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

/** Everything a connection brings for the bytes it is sent, to its end or for so long. */
function exchange(port: number, bytes: string, forMs = 500): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('close', done).on('error', done);
    setTimeout(done, forMs);
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

  it('does not run what was pipelined behind a message it refused', async () => {
    const ran: string[] = [];
    const { port } = await start(async (incoming, response) => {
      try {
        checkFraming({ httpVersion: incoming.httpVersion, method: 'GET', rawHeaders: incoming.rawHeaders });
        ran.push(incoming.url ?? '');
        response.end();
      } catch (error) {
        poisonIfUnclear(error as GatewayError, incoming.socket);
        await new Promise((resolve) => setTimeout(resolve, 50));
        response.writeHead(400, { Connection: 'close' }).end();
      }
    });
    await exchange(port, `GET /first HTTP/1.1\r\nUpgrade: h2c\r\n${HEAD}GET /second HTTP/1.1\r\n${HEAD}`);
    expect(ran).toEqual([]);
    await exchange(port, `GET /first HTTP/1.1\r\n${HEAD}GET /second HTTP/1.1\r\n${HEAD}`);
    expect(ran).toEqual(['/first', '/second']);
  });

  it('never writes a refusal into an answer that is under way', async () => {
    const { port } = await start(async (_, response) => {
      response.writeHead(200, { 'Content-Length': '40' });
      response.write('A'.repeat(10));
    });
    const text = await exchange(port, `GET /x HTTP/1.1\r\n${HEAD}\u0001\u0002 not HTTP\r\n\r\n`);
    expect(text).not.toContain('400');
  });

  it('counts a request as running until it is recorded, even when its caller has gone', async () => {
    let finish = (): void => undefined;
    const { port, partner } = await start(() => new Promise<void>((resolve) => (finish = resolve)));
    await exchange(port, `GET /x HTTP/1.1\r\n${HEAD}`, 100);
    expect(partner.running()).toBe(1);
    finish();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(partner.running()).toBe(0);
  });

  it(
    'keeps a TLS connection that waits longer for its answer than a silent one may live',
    { timeout: 30_000 },
    async () => {
      const made = await generate([{ name: 'commonName', value: 'localhost' }], {
        keyType: 'ec',
        algorithm: 'sha256',
      });
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
      const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), partnerClientCa: undefined };
      writeFileSync(tls.cert, made.cert);
      writeFileSync(tls.key, made.private);
      const { port } = await start(async (_, response) => {
        await new Promise((resolve) => setTimeout(resolve, 11_500));
        response.end('late');
      }, tls);
      const body = await new Promise<string>((resolve, reject) => {
        request(
          {
            port,
            host: '127.0.0.1',
            servername: 'localhost',
            ca: made.cert,
            checkServerIdentity: () => undefined,
          },
          (answer) => {
            let text = '';
            answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
          },
        )
          .on('error', reject)
          .end();
      });
      expect(body).toBe('late');
    },
  );
});
