/** What is read under load. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  /** The n-th request sends the n-th of them, and begins again after the last; none if it is empty. */
  readonly keys: readonly string[];
  /** Handles of user sessions, sent in the same way; by an open loop alone. */
  readonly sessions?: readonly string[];
  /** Sent with each request; by an open loop, or one of `keepInFlight`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers of the n-th request. */
export function headersOf({ keys, sessions = [], headers = {} }: Target, n: number): Record<string, string> {
  return {
    ...headers,
    ...(keys.length === 0 ? {} : { authorization: `Bearer ${keys[n % keys.length]}` }),
    ...(sessions.length === 0 ? {} : { 'gatehouse-user-session': sessions[n % sessions.length] ?? '' }),
  };
}
