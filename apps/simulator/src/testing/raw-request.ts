import { connect } from 'node:net';

export interface RawResponse {
  readonly statusLine: string;
  readonly status: number;
  /** Lower-case names; the last of a repeated header wins. */
  readonly headers: Readonly<Record<string, string>>;
  readonly headerNames: readonly string[];
  readonly body: string;
  readonly bytes: Buffer;
  /** How the connection ended. */
  readonly end: 'closed' | 'reset';
}

/** Sends literal bytes on a new socket and reads until the server closes it, so send `Connection: close`. */
export function sendRaw(url: string, bytes: string | Buffer, timeoutMs = 5000): Promise<RawResponse> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    const timer = setTimeout(() => socket.destroy(new Error(`no end within ${timeoutMs} ms`)), timeoutMs);
    let end: RawResponse['end'] = 'closed';
    let failure: Error | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') end = 'reset';
      else failure = error;
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => {
      clearTimeout(timer);
      if (failure !== undefined) reject(failure);
      else resolve({ ...parse(Buffer.concat(chunks)), end });
    });
    socket.write(bytes);
  });
}

/** An HTTP/1.1 request as literal bytes, with Content-Length and Connection: close. */
export function rawRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const lines = Object.entries({
    Host: 'simulator.test',
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  });
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`;
}

function parse(bytes: Buffer): Omit<RawResponse, 'end'> {
  const text = bytes.toString('latin1');
  const split = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = (split < 0 ? text : text.slice(0, split)).split('\r\n');
  const pairs = lines.map(
    (line) =>
      [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  return {
    statusLine,
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers: Object.fromEntries(pairs),
    headerNames: pairs.map(([name]) => name),
    body: split < 0 ? '' : bytes.subarray(split + 4).toString('utf8'),
    bytes,
  };
}
