import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** Destroys a new connection at once when its address already has as many open as the limit allows. */
export function limitConnectionsPerAddress(server: Server | HttpsServer, limit: number): void {
  const openByAddress = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (openByAddress.get(address) ?? 0) + 1;
    if (count > limit) {
      socket.destroy();
      return;
    }
    openByAddress.set(address, count);
    socket.once('close', () => {
      const left = (openByAddress.get(address) ?? 1) - 1;
      if (left === 0) openByAddress.delete(address);
      else openByAddress.set(address, left);
    });
  });
}
