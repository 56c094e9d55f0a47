import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { LineWriter } from './ndjson.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('a reader that pauses often leaves no listeners behind', async () => {
  const chunk = 'x'.repeat(256 * 1024);
  let response: ServerResponse | undefined;
  let pauses = 0;
  let most = 0;
  server = createServer((_request, answer) => {
    response = answer;
    const lines = new LineWriter(answer);
    void (async () => {
      for (let line = 0; line < 60; line += 1) {
        await lines.writeText(chunk);
        most = Math.max(most, ...['close', 'drain', 'error'].map((event) => answer.listenerCount(event)));
      }
      lines.end();
    })();
    const write = answer.write.bind(answer);
    answer.write = ((text: string) => {
      const isTaken = write(text);
      if (!isTaken) pauses += 1;
      return isTaken;
    }) as never;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.resume();
  await vi.waitFor(() => expect(response?.writableFinished).toBe(true), 10_000);
  expect(pauses).toBeGreaterThan(10);
  expect(most).toBeLessThan(5);
  socket.destroy();
});

it('a reader that disconnects while the writer waits ends the wait', async () => {
  let hasEnded = false;
  server = createServer((_request, answer) => {
    void (async () => {
      const lines = new LineWriter(answer);
      while (!lines.signal.aborted) await lines.writeText('x'.repeat(1024 * 1024));
      hasEnded = true;
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.once('data', () => socket.destroy());
  await vi.waitFor(() => expect(hasEnded).toBe(true), 10_000);
});
