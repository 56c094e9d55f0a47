import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { optionsOf } from './options.mjs';

const CONTAINERFILE = '# Node\nARG BASE=registry.example/node:24\n\nFROM ${BASE} AS build\n';
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-options-'));
const certificate = join(folder, 'ca.pem');
const other = join(folder, 'other.pem');

beforeAll(async () => {
  const { cert } = await generate([{ name: 'commonName', value: 'Proxy' }]);
  writeFileSync(certificate, cert);
  writeFileSync(other, 'no certificate');
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['nothing', [], { base: 'registry.example/node:24', ca: undefined }],
  ['a base', ['--base', 'own.example/node'], { base: 'own.example/node' }],
  [
    'a Debian from a mirror',
    ['--base', 'debootstrap', '--mirror', 'http://debian.example/debian'],
    { base: 'debootstrap', mirror: 'http://debian.example/debian' },
  ],
  ['a certificate authority', ['--ca', certificate], { ca: certificate }],
  ['a builder', ['--builder', 'https://ci.example/run'], { builder: 'https://ci.example/run' }],
])('takes %s', (_, words, options) => {
  expect(optionsOf(words, CONTAINERFILE)).toMatchObject(options);
});

it.each([
  ['an unknown option', ['--bas', 'x'], 'Usage: npm run image'],
  ['a word too many', ['debootstrap'], 'Usage: npm run image'],
  [
    'a mirror without debootstrap',
    ['--mirror', 'http://debian.example'],
    '--mirror is for --base debootstrap.',
  ],
  ['a certificate that is not there', ['--ca', '/none.pem'], 'there is no file /none.pem'],
  ['a file that is no certificate', ['--ca', other], 'holds no certificate'],
  ['a builder that is no URI', ['--builder', 'ci'], '--builder must be a URI'],
])('refuses %s', (_, words, message) => {
  expect(() => optionsOf(words, CONTAINERFILE)).toThrow(message);
});
