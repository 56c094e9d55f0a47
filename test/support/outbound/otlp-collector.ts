/** A collector of OpenTelemetry: takes traces as OTLP in JSON over HTTP, and keeps every byte. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client'] as const;
const ERROR = 2;

const value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
]);
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  traceState: z.undefined().optional(),
  name: z.string(),
  kind: z.number().transform((kind) => SPAN_KINDS[kind]),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes: z
    .array(z.object({ key: z.string(), value }))
    .transform((attributes) => Object.fromEntries(attributes.map(({ key, value }) => [key, value]))),
  status: z.object({ code: z.number() }).transform(({ code }) => code),
});
const batch = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

export interface CollectedSpan extends Omit<z.infer<typeof span>, 'status'> {
  readonly isError: boolean;
}

export interface OtlpCollector {
  readonly url: string;
  /** By their start. */
  readonly spans: () => readonly CollectedSpan[];
  /** Everything that was received. */
  readonly text: () => string;
  /** Of the newest batch. */
  readonly headers: () => IncomingHttpHeaders;
  close(): Promise<void>;
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const bodies: string[] = [];
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const isTraces = request.method === 'POST' && request.url === '/v1/traces';
      if (isTraces) bodies.push(body);
      headers = request.headers;
      response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    spans: () =>
      bodies
        .flatMap((body) => batch.parse(JSON.parse(body)).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map(({ status, ...rest }) => ({ ...rest, isError: status === ERROR }))
        .sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano)),
    text: () => bodies.join('\n'),
    headers: () => headers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
