/** A Redis of a test's own, which keeps nothing on disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { findRedis } from '../../../tools/redis.mjs';
import { until } from '../until.ts';
import { freePort } from './free-port.ts';

export interface RedisServer {
  readonly url: string;
  /** Sends one command and resolves to the answer as it came. */
  command(text: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const { program = '', env = {} } = findRedis() ?? {};
  const port = await freePort();
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()],
    { stdio: 'ignore', env: { ...process.env, ...env } },
  );
  const ended = once(child, 'exit');
  const command = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    try {
      socket.write(`${text}\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    } finally {
      socket.destroy();
    }
  };
  await until('Redis answers', () =>
    command('PING').then(
      (answer) => answer.startsWith('+PONG'),
      () => false,
    ),
  );
  return {
    url: `redis://127.0.0.1:${port}`,
    command,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
