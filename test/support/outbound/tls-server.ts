/** A host with TLS in front of a server without it, under the name localhost. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';

export interface TlsServer {
  readonly port: number;
  close(): void;
}

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;

/** A certificate of its own authority, for a day. */
export async function certificateFor(
  name: string,
  notBeforeDate = new Date(Date.now() - DAY_MS / 2),
): Promise<Identity> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  return { key, cert };
}

/** @param target the port to which it passes what arrives */
export async function startTlsServer(identity: Identity, target: number): Promise<TlsServer> {
  const sockets = new Set<Socket>();
  const server = createServer(identity, (socket) => {
    const onward = connect({ host: '127.0.0.1', port: target, noDelay: true });
    for (const end of [socket, onward]) sockets.add(end.on('error', () => end.destroy()));
    socket.on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
