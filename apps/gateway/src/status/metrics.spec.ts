import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from './metrics.js';

it('reports the version of the package', () => {
  const packageFile = new URL('../../package.json', import.meta.url);
  expect((JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version).toBe(VERSION);
});
