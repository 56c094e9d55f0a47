/** The answer is larger than any that a provider has reason to send. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/**
 * `fetch` that reads the whole answer.
 * @param maxBytes after decompression
 * @throws AnswerTooLarge as soon as the limit is passed, before the rest is read
 */
export function boundedFetch(maxBytes: number): Fetch {
  return async (url, options) => {
    const answer = await fetch(url, options);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new AnswerTooLarge(`the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    const { status, headers } = answer;
    return new Response(size === 0 ? null : Buffer.concat(chunks), { status, headers });
  };
}
