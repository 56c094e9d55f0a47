import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../program.js';
import { readSettings } from '../settings.js';
import { rowHash } from '../verify/canonical.js';

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

const verify = (...options: readonly string[]) => verifyFile('trail.ndjson', ...options);

async function verifyFile(name: string, ...options: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await run(['verify', join(folder, name), ...options], {
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
    expect([code, text]).toEqual([0, expect.stringContaining('Without checkpoints, nobody can tell')]);
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

  it('says of one record where it is and what covers it, and what it has no proof of', async () => {
    const record = {
      kind: 'INTENT',
      attemptId: 'A',
      requestId: 'R',
      startedAtMs: 1,
      atMs: 2,
      writer: WRITER,
      seq: 1,
    };
    const prevHash = '0'.repeat(64);
    const hash = rowHash(prevHash, record);
    const lines = [
      { type: 'export', format: 'gatehouse-audit/1', fromMs: null, toMs: null },
      { type: 'writer', writer: WRITER, state: 'live', head: { seq: 1, hash }, fromSeq: 1, toSeq: 1 },
      { type: 'row', writer: WRITER, seq: 1, prevHash, hash, record },
      { type: 'end', writers: 1, rows: 1 },
    ];
    await writeFile(join(folder, 'one.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await storeCheckpoint(`${WRITER} 1 ${hash}\n`);
    const options = ['--checkpoints', folder, '--key', join(folder, 'key.pem')];
    const found = await verifyFile('one.ndjson', ...options, '--record', 'R');
    expect(found.code).toBe(0);
    expect(found.text.trimEnd().split('\n').slice(-6)).toEqual([
      `INTENT of attempt A, written 1970-01-01T00:00:00.002Z: row 1 of writer ${WRITER}, line 3`,
      `  previous hash ${prevHash}`,
      `  hash          ${hash}`,
      '  covered by checkpoint 1 of 1970-01-01T00:01:00.000Z, which names row 1',
      'This export has no OUTCOME of attempt A.',
      'Proved: 1 record of R, unchanged since the checkpoint that covers it.',
    ]);
    const byPlace = await verifyFile('one.ndjson', ...options, '--record', `${WRITER}:1`);
    expect(byPlace.text).not.toContain('no OUTCOME');
    const absent = await verifyFile('one.ndjson', ...options, '--record', 'B');
    expect(absent).toEqual({
      code: 1,
      text: expect.stringMatching(/Verified: [\s\S]*NOT proved: this export has no record of B\./),
    });
    await storeCheckpoint('');
    const early = await verifyFile('one.ndjson', ...options, '--record', 'R');
    expect(early).toEqual({
      code: 1,
      text: expect.stringMatching(
        /not covered: no checkpoint names it[\s\S]*NOT proved: no checkpoint covers 1 of 1 record of R\./,
      ),
    });
    const without = await verifyFile('one.ndjson', '--record', 'R');
    expect([without.code, without.text]).toEqual([
      2,
      expect.stringContaining('Give --checkpoints and --key'),
    ]);
  });
});
