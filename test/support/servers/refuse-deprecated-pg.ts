/** Fails a test file whose code uses `pg` in a way that its next major version no longer allows. */
import { afterAll, beforeAll } from 'vitest';

const refuse = (warning: Error): void => {
  if (warning.name === 'DeprecationWarning' && warning.message.includes('pg@9')) throw warning;
};

// A worker runs many files, so that each takes its listener away again.
beforeAll(() => void process.on('warning', refuse));
afterAll(() => void process.off('warning', refuse));
