import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scanAnswer } from './answer-scan.js';
import { JsonEnd } from './json-end.js';

const TOKEN = 'tOkEn-0123456789-abcdefghij';

function inChunks(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

/** Everything that was released, and whether the answer was broken off. */
async function scan(
  chunks: readonly Buffer[],
  contentEncoding?: string,
  token: string | null = TOKEN,
  jsonEnd: JsonEnd | null = null,
) {
  const scanner = scanAnswer({ token, contentEncoding, jsonEnd });
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

  it.each([1, 7, 4_096, 100_000])(
    'that goes on after its end is broken off, in chunks of %i bytes',
    async (size) => {
      const packed = Buffer.concat([gzipSync(TEXT), Buffer.from('garbage')]);
      expect((await scan(inChunks(packed, size), 'gzip')).brokenOff).toBe(true);
    },
  );

  it('may have several members', async () => {
    const packed = Buffer.concat([gzipSync(TEXT), gzipSync(TEXT)]);
    expect(await scan([packed], 'gzip')).toEqual({ released: packed, brokenOff: false });
  });

  it('that is damaged is broken off', async () => {
    expect((await scan([Buffer.from('no gzip at all')], 'gzip')).brokenOff).toBe(true);
  });

  it('that unpacks to too much is broken off', async () => {
    expect((await scan(inChunks(gzipSync(Buffer.alloc(50_000_000)), 4_096), 'gzip')).brokenOff).toBe(true);
  });
});

describe('without a token', () => {
  it('an answer passes as it is', async () => {
    expect(await scan([TEXT], undefined, null)).toEqual({ released: TEXT, brokenOff: false });
    const packed = gzipSync(TEXT);
    expect(await scan([packed], 'gzip', null)).toEqual({ released: packed, brokenOff: false });
  });

  it('a packed answer that is cut off is broken off', async () => {
    expect((await scan([gzipSync(TEXT).subarray(0, 60)], 'gzip', null)).brokenOff).toBe(true);
  });
});

describe('JSON whose end must be checked', () => {
  const DOCUMENT = Buffer.from(
    JSON.stringify({ text: 'a "quote", a \\, a } and a ]', list: [{ a: [] }, {}], name: 'Zoë' }),
  );
  const isBrokenOff = async (document: Buffer, size: number, isPacked: boolean): Promise<boolean> => {
    const chunks = inChunks(isPacked ? gzipSync(document) : document, size);
    return (await scan(chunks, isPacked ? 'gzip' : undefined, null, new JsonEnd())).brokenOff;
  };

  it.each([
    [1, false],
    [3, false],
    [1_000, false],
    [7, true],
  ])('passes whole and nothing less, in chunks of %i bytes (packed: %s)', async (size, isPacked) => {
    expect(await isBrokenOff(DOCUMENT, size, isPacked)).toBe(false);
    for (let length = 1; length < DOCUMENT.length; length += 1)
      expect([length, await isBrokenOff(DOCUMENT.subarray(0, length), size, isPacked)]).toEqual([
        length,
        true,
      ]);
  });

  it('but other JSON is the caller to judge', async () => {
    expect(await scan([DOCUMENT.subarray(0, 9)])).toMatchObject({ brokenOff: false });
  });
});
