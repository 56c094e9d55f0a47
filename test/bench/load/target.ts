/** Where load is sent. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** The n-th request sends the n-th of them, and begins again after the last; none if it is empty. */
  readonly keys: readonly string[];
  /** Of a POST. */
  readonly body?: string;
}

export const CONTENT_TYPE = 'application/fhir+json';

/** Headers of the n-th request. */
export function headersOf({ keys, body }: Target, n: number): Record<string, string> {
  return {
    ...(keys.length === 0 ? {} : { authorization: `Bearer ${keys[n % keys.length]}` }),
    ...(body === undefined ? {} : { 'content-type': CONTENT_TYPE }),
  };
}
