/** An answer of e-RS, as it came through Gatehouse. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it arrives; null if there is none. Read it to the end or cancel it. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** The id of the call, with which the operator of Gatehouse finds it. */
  readonly correlationId: string;
  /** The id to quote to NHS England. */
  readonly attemptId: string | null;
  /** The version of what was read, for `ifMatch`. */
  readonly etag: string | null;
  /** How many more calls the APIM application may make in this minute; null while that is not known. */
  readonly rateRemaining: number | null;
  /** Reads the whole body. */
  json(): Promise<unknown>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** An answer of Gatehouse itself, whose body has a known form. */
export interface OwnAnswer<A> extends Answer {
  json(): Promise<A>;
}

export function answerOf(response: Response, correlationId: string): Answer {
  const { status, headers, body } = response;
  const remaining = headers.get('Gatehouse-Rate-Remaining');
  return {
    status,
    headers,
    body,
    correlationId: headers.get('X-Correlation-ID') ?? correlationId,
    attemptId: headers.get('Gatehouse-Attempt-Id'),
    etag: headers.get('ETag'),
    rateRemaining: remaining === null ? null : Number(remaining),
    json: () => response.json(),
    text: () => response.text(),
    arrayBuffer: () => response.arrayBuffer(),
  };
}
