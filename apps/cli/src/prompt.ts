import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Failure } from './failure.js';

/**
 * Reads one line: on a terminal after the question and without echo, otherwise from standard input.
 * @throws Failure if standard input is empty
 */
export async function ask(question: string): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write(question);
  const noEcho = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: noEcho, terminal });
  try {
    for await (const line of lines) {
      if (terminal) process.stderr.write('\n');
      return line.trim();
    }
  } finally {
    lines.close();
  }
  throw new Failure('Standard input is empty: nothing was read.', 2);
}
