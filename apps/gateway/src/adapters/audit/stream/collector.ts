/** Where the stream of the audit trail goes: a collector of the internet, or files. */
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPublicHttps, type PublicNetwork } from '../../outbound/public-https.js';

export interface Collector {
  /** Resolves once the lines are taken for good. @throws if they are not, or if nobody knows */
  take(lines: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface CollectorOptions {
  /** An https: or a file: URL. */
  readonly place: string;
  /** Of the lines. */
  readonly contentType: string;
  /** Sent with each request; may hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly network?: PublicNetwork;
}

/** For one request. */
export const TAKE_MS = 20_000;

export function openCollector({ place, contentType, headers, now, network }: CollectorOptions): Collector {
  return place.startsWith('file:')
    ? fileCollector(place, now)
    : httpsCollector(place, { ...headers, 'content-type': contentType }, network);
}

function httpsCollector(
  url: string,
  headers: Readonly<Record<string, string>>,
  network: PublicNetwork | undefined,
): Collector {
  const https = createPublicHttps(network);
  return {
    async take(lines, signal) {
      const status = await https.post(url, {
        headers,
        body: `${lines.join('\n')}\n`,
        ...{ limitMs: TAKE_MS, signal },
      });
      if (status >= 300 && status < 400)
        throw new Error(`the collector answered ${status}; redirects are not followed`);
      if (status < 200 || status >= 300) throw new Error(`the collector answered ${status}`);
    },
  };
}

const NEWLINE = 0x0a;

/** A file for each day (UTC), to which lines are added. */
function fileCollector(url: string, now: () => number): Collector {
  const folder = fileURLToPath(url);
  return {
    async take(lines) {
      await mkdir(folder, { recursive: true });
      const day = new Date(now()).toISOString().slice(0, 10);
      const file = await open(join(folder, `audit-${day}.ndjson`), 'a+', 0o640);
      try {
        const { size } = await file.stat();
        const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
        // A process died while it wrote a line, which comes again as a whole.
        const start = size > 0 && buffer[0] !== NEWLINE ? '\n' : '';
        await file.writeFile(`${start}${lines.join('\n')}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
