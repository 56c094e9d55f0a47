import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pieces } from './pieces.mjs';
import { PortTaken, startOnFreePorts } from './ports.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LISTEN = `require('node:net').createServer().listen(Number(process.env.PORT), '127.0.0.1', function () {
  console.log(JSON.stringify({ port: this.address().port }));
})`;
const logs = mkdtempSync(join(tmpdir(), 'gatehouse-ports-'));
const pieces = new Pieces(root, logs);
const deaths = [];
pieces.onDeath((name) => deaths.push(name));
const listenOn = (port) => pieces.start('listener', ['-e', LISTEN], { PORT: String(port) });
/** Stands for a default port that was free when it was chosen. */
let wanted;

beforeAll(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  wanted = server.address().port;
  server.close();
  await once(server, 'close');
});
afterAll(async () => {
  await pieces.stopAll();
  rmSync(logs, { recursive: true });
});

it('a piece whose port is taken before it listens starts again on another', async () => {
  let rival;
  const { ports, notes } = await startOnFreePorts(
    ['partner'],
    async ({ partner }) => {
      if (rival === undefined) {
        rival = createServer().listen(partner, '127.0.0.1');
        await once(rival, 'listening');
      }
      await listenOn(partner);
    },
    { partner: wanted },
  );
  rival.close();
  expect(ports.partner).not.toBe(wanted);
  expect(notes).toEqual([`port ${wanted} is in use, so partner uses ${ports.partner}`]);
  expect(deaths).toEqual([]);
});

it('a port that is always lost is reported after five attempts', async () => {
  let attempts = 0;
  const lose = () => {
    attempts += 1;
    return Promise.reject(new PortTaken('listener could not listen'));
  };
  await expect(startOnFreePorts(['partner'], lose, { partner: wanted })).rejects.toThrow('could not listen');
  expect(attempts).toBe(5);
});

it('a piece that ends for another reason is not started again', async () => {
  let attempts = 0;
  const fail = () => {
    attempts += 1;
    return Promise.reject(new Error('wrong setting'));
  };
  await expect(startOnFreePorts(['partner'], fail, { partner: wanted })).rejects.toThrow('wrong setting');
  expect(attempts).toBe(1);
});
