import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NotedSpan } from '@gatehouse/domain/tracing/span';
import { afterEach, expect, it, vi } from 'vitest';
import { openOtlpSpans } from './otlp-spans.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = (name: string, children: readonly NotedSpan[] = []): NotedSpan => ({
  ...{ name, kind: 'internal', startMs: 1_700_000_000_000.25, endMs: 1_700_000_000_001, attributes: {} },
  ...{ isError: false, children },
});

let server: Server;
afterEach(() => server.closeAllConnections());

async function open(collector: RequestListener) {
  server = createServer(collector).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const onFailed = vi.fn();
  const onWorked = vi.fn();
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  return { onFailed, onWorked, spans: openOtlpSpans({ endpoint, headers: {}, onFailed, onWorked }) };
}

it('what waits at the end is sent, with parents, the trace that was named and times of a fraction', async () => {
  let body = '';
  const { spans, onWorked } = await open((request, response) => {
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end('{}'));
  });
  spans.add(span('request', [span('stage')]), TRACE, null);
  await spans.close();
  expect(onWorked).toHaveBeenCalledOnce();
  const { resourceSpans } = JSON.parse(body) as {
    resourceSpans: [{ scopeSpans: [{ spans: Record<string, unknown>[] }] }];
  };
  const [stage, request] = resourceSpans[0].scopeSpans[0].spans;
  expect(request).toMatchObject({ traceId: TRACE, startTimeUnixNano: '1700000000000250000' });
  expect(request).not.toHaveProperty('parentSpanId');
  expect(stage).toMatchObject({ traceId: TRACE, parentSpanId: request?.['spanId'] });
});

it('a collector that never answers holds up neither those who add spans nor the end of the process', async () => {
  const { spans } = await open(() => undefined);
  const startedMs = performance.now();
  for (let count = 0; count < 10_000; count += 1) spans.add(span('request'), TRACE, '00f067aa0ba902b7');
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  await spans.close();
  expect(performance.now() - startedMs).toBeLessThan(6_000);
});
