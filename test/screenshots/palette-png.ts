/** Makes a screenshot small: the same picture with a palette of 256 colours, which a page of the console hardly exceeds. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const MOST_COLOURS = 256;
/** By the colour type of the header: the bytes of a pixel. */
const PIXEL_BYTES = new Map([
  [2, 3],
  [6, 4],
]);

/** @param png opaque, with 8 bits for each channel, not interlaced, as Chromium writes it */
export function withPalette(png: Buffer): Buffer {
  const { width, height, colours } = decode(png);
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, one], [, other]) => other - one).map(([colour]) => colour);
  const palette = byCount.slice(0, MOST_COLOURS);
  const indexOf = new Map(byCount.map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc(height * (width + 1));
  colours.forEach((colour, at) => {
    rows[at + Math.floor(at / width) + 1] = indexOf.get(colour) ?? 0;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits for each pixel, with a palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const channels = (colour: number): number[] => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(palette: readonly number[], colour: number): number {
  const wanted = channels(colour);
  let [best, least] = [0, Infinity];
  for (const [index, candidate] of palette.entries()) {
    const distance = channels(candidate).reduce(
      (sum, value, channel) => sum + (value - (wanted[channel] ?? 0)) ** 2,
      0,
    );
    if (distance < least) [best, least] = [index, distance];
    if (least === 0) break;
  }
  return best;
}

/** @returns the colour of each pixel as 0xRRGGBB */
function decode(png: Buffer): { width: number; height: number; colours: Uint32Array } {
  const chunks = chunksOf(png);
  const header = chunks.find(({ name }) => name === 'IHDR')?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const pixelBytes = PIXEL_BYTES.get(header.readUInt8(9));
  if (header.readUInt8(8) !== 8 || pixelBytes === undefined || header.readUInt8(12) !== 0)
    throw new Error('This PNG is not of the kind that Chromium writes.');
  const packed = chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data);
  const raw = inflateSync(Buffer.concat(packed));
  const rowBytes = width * pixelBytes;
  const colours = new Uint32Array(width * height);
  let above = Buffer.alloc(rowBytes);
  for (let y = 0; y < height; y += 1) {
    const start = y * (rowBytes + 1);
    const row = Buffer.from(raw.subarray(start + 1, start + 1 + rowBytes));
    unfilter(raw.readUInt8(start), row, above, pixelBytes);
    for (let x = 0; x < width; x += 1) colours[y * width + x] = row.readUIntBE(x * pixelBytes, 3);
    above = row;
  }
  return { width, height, colours };
}

/** The five filters of the PNG specification. */
function unfilter(filter: number, row: Buffer, above: Buffer, pixelBytes: number): void {
  for (const [at, value] of row.entries()) {
    const left = row[at - pixelBytes] ?? 0;
    const up = above[at] ?? 0;
    const upLeft = above[at - pixelBytes] ?? 0;
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter] ?? 0;
    row[at] = (value + predicted) & 255;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const distances = [left, up, upLeft].map((value) => Math.abs(left + up - upLeft - value));
  const least = Math.min(...distances);
  return [left, up, upLeft][distances.indexOf(least)] ?? 0;
}

function chunksOf(png: Buffer): { name: string; data: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 8, at + 8 + length);
    chunks.push({ name: png.toString('latin1', at + 4, at + 8), data });
    at += length + 12;
  }
  return chunks;
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
