import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Writes one JSON object a line, waiting while the reader is slow. Headers go out with the first line. */
export class LineWriter {
  private readonly response: ServerResponse;
  private readonly gone = new AbortController();

  constructor(response: ServerResponse) {
    this.response = response;
    response.once('close', () => {
      this.gone.abort();
    });
  }

  /** Aborts when the reader has gone. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  get started(): boolean {
    return this.response.headersSent;
  }

  start(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
    this.response.flushHeaders();
  }

  async write(line: unknown): Promise<void> {
    if (this.signal.aborted) return;
    this.start();
    if (this.response.write(`${JSON.stringify(line)}\n`)) return;
    await Promise.race([once(this.response, 'drain'), once(this.response, 'close')]);
  }

  end(): void {
    this.start();
    this.response.end();
  }
}

/** Sends everything of a source, ending early when the reader goes. */
export async function sendLines(
  response: ServerResponse,
  source: (signal: AbortSignal) => AsyncIterable<unknown>,
): Promise<void> {
  const lines = new LineWriter(response);
  lines.start();
  for await (const line of source(lines.signal)) {
    if (lines.signal.aborted) return;
    await lines.write(line);
  }
  lines.end();
}
