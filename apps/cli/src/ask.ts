import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Failure } from './failure.js';

/** Reads one line: on a terminal after a question and without echo, else from standard input. */
export async function ask(question: string): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write(question);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: silent, terminal });
  try {
    for await (const line of lines) {
      if (terminal) process.stderr.write('\n');
      return line.trim();
    }
  } finally {
    lines.close();
  }
  throw new Failure('Nothing was given on standard input.', 2);
}
