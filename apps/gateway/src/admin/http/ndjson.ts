import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const QUIET_MS = 20_000;
const STALL_MS = 60_000;

/** Writes one JSON object a line, waiting while the reader is slow. Headers go out with the first line. */
export class LineWriter {
  private readonly response: ServerResponse;
  private readonly type: string;
  private readonly gone = new AbortController();

  constructor(response: ServerResponse, type = 'application/x-ndjson') {
    this.response = response;
    this.type = type;
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
    this.response.writeHead(200, { 'Content-Type': this.type, 'Cache-Control': 'no-store' });
    this.response.flushHeaders();
  }

  write(line: unknown): Promise<void> {
    return this.writeText(`${JSON.stringify(line)}\n`);
  }

  async writeText(text: string): Promise<void> {
    if (this.signal.aborted) return;
    this.start();
    if (this.response.write(text)) return;
    // A reader that takes nothing keeps a database snapshot open.
    const timer = setTimeout(() => this.response.destroy(), STALL_MS);
    // Takes away the listeners of the event that did not come.
    const settled = new AbortController();
    const { signal } = settled;
    try {
      await Promise.race([
        once(this.response, 'drain', { signal }),
        once(this.response, 'close', { signal }),
      ]);
    } finally {
      settled.abort();
      clearTimeout(timer);
    }
  }

  /** Writes an empty line now and then, so that neither side takes a quiet connection for a dead one. */
  keepAlive(): () => void {
    const timer = setInterval(() => {
      if (!this.signal.aborted) this.response.write('\n');
    }, QUIET_MS);
    return () => {
      clearInterval(timer);
    };
  }

  end(): void {
    this.start();
    this.response.end();
  }
}

/** Sends everything that a source yields; ends early when the reader goes. */
export async function sendLines(
  response: ServerResponse,
  source: (signal: AbortSignal) => AsyncIterable<unknown>,
): Promise<void> {
  const lines = new LineWriter(response);
  lines.start();
  const quiet = lines.keepAlive();
  try {
    for await (const line of source(lines.signal)) {
      if (lines.signal.aborted) return;
      await lines.write(line);
    }
  } finally {
    quiet();
  }
  lines.end();
}
