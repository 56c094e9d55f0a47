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

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
/** Any other method may hold any text (semantic conventions, `http.request.method`). */
export const OTHER_METHOD = '_OTHER';

export const tracedMethod = (method: string): string => (METHODS.has(method) ? method : OTHER_METHOD);

/** Of a server's request, as the semantic conventions for HTTP spans name it. */
export function requestSpanName(method: string, route: string | undefined): string {
  const traced = tracedMethod(method);
  if (route !== undefined) return `${traced} ${route}`;
  return traced === OTHER_METHOD ? 'HTTP' : traced;
}

/** The attributes that have a value. */
export function presentAttributes(
  attributes: Readonly<Record<string, string | number | null | undefined>>,
): SpanAttributes {
  const present: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined) present[name] = value;
  return present;
}
