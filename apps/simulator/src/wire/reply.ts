/** Header names and values in the order in which they are sent. Names may repeat. */
export type HeaderList = readonly (readonly [string, string])[];

/** A body that is too large for memory. It is produced in chunks; its length is known in advance. */
export interface StreamedBody {
  readonly bytes: number;
  chunks(): Iterable<Buffer>;
}

/** One answer before it is sent. Faults may still change it. */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body?: Buffer | StreamedBody;
}

export const isReply = (value: object): value is Reply => 'status' in value && 'headers' in value;

export const NO_BYTES: Buffer = Buffer.alloc(0);

/** A JSON answer of the given media type (default `application/json`). */
export function jsonReply(
  status: number,
  value: unknown,
  headers: HeaderList = [],
  mediaType = 'application/json',
): Reply {
  return {
    status,
    headers: [['Content-Type', mediaType], ...headers],
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function textReply(
  status: number,
  text: string,
  headers: HeaderList = [],
  mediaType = 'text/plain',
): Reply {
  return { status, headers: [['Content-Type', mediaType], ...headers], body: Buffer.from(text) };
}

/** An answer with no body at all (`Content-Length: 0`), as APIM gives for most STU3 refusals. */
export function emptyReply(status: number, headers: HeaderList = []): Reply {
  return { status, headers };
}

export function bodyBytes(reply: Reply): number {
  return reply.body === undefined ? 0 : Buffer.isBuffer(reply.body) ? reply.body.length : reply.body.bytes;
}

/** The value of the first header of that name, letter case ignored. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  const lowerCaseName = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === lowerCaseName)?.[1];
}

/** The headers without any of that name. */
export function withoutHeader(headers: HeaderList, name: string): HeaderList {
  const unwanted = name.toLowerCase();
  return headers.filter(([key]) => key.toLowerCase() !== unwanted);
}
