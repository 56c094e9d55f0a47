/** Reads an answer's body, and puts back what it has read of one that is too large. */

export interface ReadBody {
  /** Null if it is larger than the limit. */
  readonly whole: Buffer | null;
  /** All of the body, once. */
  readonly stream: AsyncIterable<Buffer>;
}

export async function readUpTo(body: AsyncIterable<Buffer>, maxBytes: number): Promise<ReadBody> {
  const rest = body[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const next = await rest.next();
    if (next.done === true) return { whole: Buffer.concat(chunks, length), stream: joined(chunks, rest) };
    chunks.push(next.value);
    length += next.value.length;
  }
  return { whole: null, stream: joined(chunks, rest) };
}

async function* joined(start: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
