import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../program.js';
import { readSettings } from '../settings.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const WRITER = '00000000-0000-4000-8000-000000000001';
const EXPORT = [
  { type: 'export', format: 'gatehouse-audit/1', fromMs: null, toMs: null },
  { type: 'end', writers: 0, rows: 0 },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-verify-'));
  await writeFile(join(folder, 'trail.ndjson'), EXPORT.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await writeFile(join(folder, 'key.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
});
afterAll(() => rm(folder, { recursive: true }));

async function verify(...options: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await run(['verify', join(folder, 'trail.ndjson'), ...options], {
    settings: readSettings({}),
    output: { out: (text) => (out += text), err: (text) => (err += text), interactive: false },
    ask: () => Promise.resolve(''),
  });
  return { code, text: out + err };
}

/** Of these lines of heads. */
async function storeCheckpoint(heads: string): Promise<void> {
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    ...{ format: 'gatehouse-checkpoint/1', sequence: 1, atMs: 60_000, previous: '0'.repeat(64), full: true },
    chains: heads.split('\n').length - 1,
    headsSha256: createHash('sha256').update(heads).digest('hex'),
  };
  const signed = `${encoded({ alg: 'RS512', typ: 'gatehouse-checkpoint+jws', kid: 'k' })}.${encoded(claims)}`;
  const signature = sign('sha512', Buffer.from(signed), privateKey).toString('base64url');
  await writeFile(join(folder, 'checkpoint-000000000001.txt'), `${signed}.${signature}\n${heads}`);
}

describe('gatehouse verify', () => {
  it('says what it cannot find without checkpoints', async () => {
    const { code, text } = await verify();
    expect([code, text]).toEqual([0, expect.stringContaining('Without checkpoints, rows that were cut')]);
  });

  it('wants the key with the checkpoints, and checkpoints in the folder', async () => {
    const key = ['--key', join(folder, 'key.pem')];
    expect((await verify('--checkpoints', folder)).text).toContain('Give both --checkpoints and --key');
    expect((await verify(...key)).text).toContain('Give both');
    expect((await verify('--checkpoints', folder, ...key)).text).toContain('There is no checkpoint in');
    const wrong = await verify('--checkpoints', join(folder, 'none'), ...key);
    expect([wrong.code, wrong.text]).toEqual([2, expect.stringContaining('it does not exist')]);
  });

  it('compares an export with them', async () => {
    const options = ['--checkpoints', folder, '--key', join(folder, 'key.pem')];
    await storeCheckpoint('');
    expect(await verify(...options)).toEqual({
      code: 0,
      text: expect.stringMatching(/1 checkpoint, the newest of 1970-01-01T00:01:00.000Z[\s\S]*Verified/),
    });
    await storeCheckpoint(`${WRITER} 3 ${'a'.repeat(64)}\n`);
    expect(await verify(...options)).toEqual({
      code: 1,
      text: expect.stringMatching(
        /behind checkpoint 1, which covers row 3 .* the chain is gone[\s\S]*NOT verified/,
      ),
    });
  });
});
