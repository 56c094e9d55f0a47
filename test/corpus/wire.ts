/** Exact bytes on a raw socket, and a strict parser of answers. HTTP clients would correct what they send and receive. */
import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  /** Headers in order, with names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export interface Conversation {
  /** Final answers in order; 1xx are left out. */
  readonly answers: readonly WireAnswer[];
  readonly interim: number;
  /** Why the bytes are not a clean sequence of answers; null if they are. */
  readonly fault: string | null;
  /** Whether the gateway ended or reset the connection while we were listening. */
  readonly closed: boolean;
  readonly text: string;
}

export interface Manner {
  /** The method of each request sent, since the answer to HEAD has no body. */
  readonly methods: readonly string[];
  /** Keeps listening after a complete answer, to see whether the connection ends or more arrives. */
  readonly awaitClose?: boolean;
  /** Sends FIN after the bytes, or after this time without an answer. */
  readonly halfCloseAfterMs?: number;
  readonly timeoutMs?: number;
  readonly localAddress?: string;
}

/** Every entry of the corpus is answered or cut off, at once unless the machine is busy. */
const LISTEN_MS = 15_000;
/** A second answer to one request would arrive within this time. */
const LINGER_MS = 60;

export function headerOf(answer: WireAnswer | undefined, name: string): string | null {
  return answer?.headers.find(([key]) => key === name)?.[1] ?? null;
}

export function openSocket(url: string, localAddress?: string): Socket {
  const { hostname, port } = new URL(url);
  return connect({
    host: hostname,
    port: Number(port),
    allowHalfOpen: true,
    noDelay: true,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
}

/** Sends on a new socket, then reads until the connection ends or the time is up. */
export function converse(url: string, latin1: string, manner: Manner): Promise<Conversation> {
  return new Promise((resolve) => {
    const socket = openSocket(url);
    const chunks: Buffer[] = [];
    let closed = false;
    let linger: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(patience);
      clearTimeout(halfClose);
      clearTimeout(linger);
      socket.destroy();
      const bytes = Buffer.concat(chunks);
      resolve({ ...parseAnswers(bytes, manner.methods), closed, text: bytes.toString('latin1') });
    };
    const onClosed = (): void => {
      closed = true;
      finish();
    };
    const patience = setTimeout(finish, manner.timeoutMs ?? LISTEN_MS);
    const halfClose =
      manner.halfCloseAfterMs === undefined
        ? undefined
        : setTimeout(() => socket.end(), manner.halfCloseAfterMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (manner.awaitClose === true) return;
      const { answers, fault } = parseAnswers(Buffer.concat(chunks), manner.methods);
      if (answers.length < manner.methods.length || fault !== null) return;
      clearTimeout(linger);
      linger = setTimeout(finish, LINGER_MS);
    });
    socket.on('error', onClosed);
    socket.on('end', onClosed);
    socket.on('close', onClosed);
    socket.write(Buffer.from(latin1, 'latin1'));
  });
}

const STATUS_LINE = /^HTTP\/1\.1 ([1-5][0-9]{2}) [\x20-\x7e]*$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e\x80-\xff\t]*)$/;

/** RFC 9112, strictly: CRLF only, one framing header, the exact length, nothing left over. */
export function parseAnswers(
  bytes: Buffer,
  methods: readonly string[],
): Pick<Conversation, 'answers' | 'interim' | 'fault'> {
  const answers: WireAnswer[] = [];
  let interim = 0;
  let at = 0;
  const end = (fault: string | null) => ({ answers, interim, fault });
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return end('unfinished head');
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n');
    const status = Number(STATUS_LINE.exec(statusLine)?.[1] ?? NaN);
    if (Number.isNaN(status)) return end(`status line ${JSON.stringify(statusLine.slice(0, 80))}`);
    const headers: [string, string][] = [];
    for (const line of lines) {
      const match = HEADER_LINE.exec(line);
      if (match === null) return end(`header line ${JSON.stringify(line.slice(0, 80))}`);
      headers.push([(match[1] ?? '').toLowerCase(), match[2] ?? '']);
    }
    at = headEnd + 4;
    if (status < 200) {
      interim += 1;
      continue;
    }
    const lengths = headers.filter(([name]) => name === 'content-length').map(([, value]) => value);
    const encodings = headers.filter(([name]) => name === 'transfer-encoding').map(([, value]) => value);
    const bodiless = methods[answers.length] === 'HEAD' || status === 204 || status === 304;
    let body: Buffer = Buffer.alloc(0);
    if (lengths.length + encodings.length > 1) return end('more than one framing header');
    if (encodings.length === 1 && !bodiless) {
      const read = readChunks(bytes, at);
      if (read === null) return end('unfinished or broken chunks');
      ({ body, at } = read);
    } else if (lengths.length === 1 && !bodiless) {
      if (!/^[0-9]+$/.test(lengths[0] ?? '')) return end('Content-Length');
      const length = Number(lengths[0]);
      if (bytes.length - at < length) return end('unfinished body');
      body = bytes.subarray(at, at + length);
      at += length;
    } else if (!bodiless && bytes.length > at) return end('body without framing');
    answers.push({ status, headers, body });
  }
  return end(null);
}

function readChunks(bytes: Buffer, from: number): { body: Buffer; at: number } | null {
  const parts: Buffer[] = [];
  let at = from;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return null;
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9A-Fa-f]+$/.test(line)) return null;
    const size = parseInt(line, 16);
    at = lineEnd + 2;
    if (bytes.length < at + size + 2) return null;
    parts.push(bytes.subarray(at, at + size));
    if (bytes.toString('latin1', at + size, at + size + 2) !== '\r\n') return null;
    at += size + 2;
    if (size === 0) return { body: Buffer.concat(parts), at };
  }
}
