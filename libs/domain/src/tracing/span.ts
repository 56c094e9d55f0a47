/** A span as Gatehouse notes it, before a package of OpenTelemetry makes one of it. */

/** Names are those of the semantic conventions of OpenTelemetry, or begin with `gatehouse.`. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface NotedSpan {
  readonly name: string;
  /** `server`: a request of a caller; `client`: a call of e-RS; `internal`: anything between. */
  readonly kind: 'server' | 'client' | 'internal';
  /** Epoch ms, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly isError: boolean;
  readonly children: readonly NotedSpan[];
}
