/** An HTTP proxy that opens tunnels (CONNECT) to ports of this machine, as the one at the edge of an NHS network would. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What it does with a request for a tunnel: opens it, refuses it with this status, or never answers. */
type Mode = 'open' | 'silent' | number;

export interface OutboundProxyServer {
  readonly port: number;
  mode: Mode;
  /** `host:port` and `Proxy-Authorization` of each request for a tunnel. */
  readonly requests: { readonly authority: string; readonly authorization: string | undefined }[];
  /** All that the gateway has sent through tunnels. */
  sentBytes(): Buffer;
  /** Ends every tunnel that is open. */
  cut(): void;
  close(): Promise<void>;
}

export async function startOutboundProxy(): Promise<OutboundProxyServer> {
  const sockets = new Set<Socket>();
  const chunks: Buffer[] = [];
  const server = createServer((_request, answer) => answer.writeHead(405).end());
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  const proxy: OutboundProxyServer = {
    port: 0,
    mode: 'open',
    requests: [],
    sentBytes: () => Buffer.concat(chunks),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const authority = request.url ?? '';
    proxy.requests.push({ authority, authorization: request.headers['proxy-authorization'] });
    if (proxy.mode === 'silent') return;
    const { hostname, port } = new URL(`tcp://${authority}`);
    const status = hostname === 'localhost' || hostname === '127.0.0.1' ? proxy.mode : 502;
    if (status !== 'open') {
      client.end(`HTTP/1.1 ${String(status)} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const host = connect({ host: '127.0.0.1', port: Number(port), noDelay: true, allowHalfOpen: true });
    sockets.add(host.on('error', () => client.destroy()));
    client.on('data', (chunk: Buffer) => chunks.push(chunk)).on('close', () => host.destroy());
    host.on('connect', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    client.pipe(host).pipe(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(proxy, { port: (server.address() as AddressInfo).port });
}
