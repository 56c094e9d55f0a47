// `node program.mjs FILE ARGUMENTS`: runs a program that knows nothing of its parent, and ends it when the parent ends.
// It waits for a message, so that its parent can pin it first.
import { spawn } from 'node:child_process';

const [file = '', ...args] = process.argv.slice(2);
process.once('message', () => {
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  for (const end of ['disconnect', 'SIGTERM']) process.on(end, () => child.kill('SIGKILL'));
  child.on('spawn', () => process.connected && process.send({ pid: child.pid }));
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
});
process.on('disconnect', () => setTimeout(() => process.exit(1), 1_000).unref());
