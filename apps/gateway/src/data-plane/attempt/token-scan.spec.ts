import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scanForToken } from './token-scan.js';

const TOKEN = 'tOkEn-0123456789-abcdefghij';

function inChunks(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

/** Everything that was released, and whether the answer was broken off. */
async function scan(chunks: readonly Buffer[], encoding?: string, token: string | null = TOKEN) {
  const scanner = scanForToken(token, encoding);
  const released: Buffer[] = [];
  try {
    for (const chunk of chunks) released.push(...(await scanner.push(chunk)));
    released.push(...(await scanner.end()));
    return { released: Buffer.concat(released), brokenOff: false };
  } catch {
    return { released: Buffer.concat(released), brokenOff: true };
  }
}

const SIZES = [1, 7, 26, 27, 28, 64, 4_096, 100_000];
const TEXT = Buffer.from('a referral, and another '.repeat(2_000));
const WITH_TOKEN = Buffer.concat([TEXT.subarray(0, 10_001), Buffer.from(TOKEN), TEXT.subarray(10_001)]);

describe.each(SIZES)('an answer in chunks of %i bytes', (size) => {
  it('passes whole', async () => {
    expect(await scan(inChunks(TEXT, size))).toEqual({ released: TEXT, brokenOff: false });
  });

  it('is broken off before the first byte of the token', async () => {
    const { released, brokenOff } = await scan(inChunks(WITH_TOKEN, size));
    expect(brokenOff).toBe(true);
    expect(released.length).toBeLessThanOrEqual(10_001);
    expect(released.equals(WITH_TOKEN.subarray(0, released.length))).toBe(true);
  });

  it('passes whole when it is packed', async () => {
    const packed = gzipSync(TEXT);
    expect(await scan(inChunks(packed, size), 'gzip')).toEqual({ released: packed, brokenOff: false });
  });

  it('is broken off when the token is in the packed answer', async () => {
    const packed = gzipSync(WITH_TOKEN, { level: 0 });
    const { released, brokenOff } = await scan(inChunks(packed, size), 'gzip');
    expect(brokenOff).toBe(true);
    expect(released.includes(TOKEN.slice(0, 1) + TOKEN.slice(1, 3))).toBe(false);
  });
});

describe('a packed answer', () => {
  it('that is cut off is broken off', async () => {
    expect((await scan([gzipSync(TEXT).subarray(0, 60)], 'gzip')).brokenOff).toBe(true);
  });

  it('that is damaged is broken off', async () => {
    expect((await scan([Buffer.from('no gzip at all')], 'gzip')).brokenOff).toBe(true);
  });

  it('that unpacks to too much is broken off', async () => {
    expect((await scan(inChunks(gzipSync(Buffer.alloc(50_000_000)), 4_096), 'gzip')).brokenOff).toBe(true);
  });
});

it('without a token nothing is scanned', async () => {
  const packed = gzipSync(TEXT).subarray(0, 60);
  expect(await scan([packed], 'gzip', null)).toEqual({ released: packed, brokenOff: false });
});
