/** A Redis of a test's own, which keeps nothing on disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { findRedis } from '../../../tools/redis.mjs';
import { until } from '../until.ts';
import { freePort } from '../../../tools/start/free-port.ts';

export interface RedisServer {
  readonly url: string;
  /** Sends one command and resolves to the answer as it came. */
  command(text: string): Promise<string>;
  /** Every key with all that it holds, as one text. */
  contents(): Promise<string>;
  stop(): Promise<void>;
}

/** A value of a type that this does not know is an error, so that nothing is left out in silence. */
const CONTENTS = `
  local texts = {}
  local function add(value)
    if type(value) == 'table' then for _, each in ipairs(value) do add(each) end
    else texts[#texts + 1] = tostring(value) end
  end
  local readers = {
    string = {'GET'}, hash = {'HGETALL'}, set = {'SMEMBERS'}, list = {'LRANGE', '0', '-1'},
    zset = {'ZRANGE', '0', '-1', 'WITHSCORES'}, stream = {'XRANGE', '-', '+'},
  }
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local reader = readers[redis.call('TYPE', key).ok]
    add(key)
    add(redis.call(reader[1], key, unpack(reader, 2)))
  end
  return table.concat(texts, '\\n')`;

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
    async contents() {
      const socket = connect(port, '127.0.0.1');
      const words = ['EVAL', CONTENTS, '0'].map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${words.join('')}`);
      // A line with the length of the answer, or an error, comes first.
      let answer = Buffer.alloc(0);
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        answer = Buffer.concat([answer, chunk]);
        const begins = answer.indexOf('\r\n') + 2;
        const first = answer.subarray(0, begins).toString();
        if (begins > 1 && !first.startsWith('$')) throw new Error(first);
        if (begins > 1 && answer.length >= begins + Number(first.slice(1)) + 2)
          return answer.subarray(begins).toString();
      }
      throw new Error('Redis closed the connection');
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
