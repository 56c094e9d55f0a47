// The rivals only forward, each in a process of its own. `node rivals.mjs NAME UPSTREAM`.
import { createServer } from 'node:http';

const [name, upstream] = process.argv.slice(2);

async function start() {
  switch (name) {
    case 'fastify-http-proxy': {
      const { default: fastify } = await import('fastify');
      const { default: proxy } = await import('@fastify/http-proxy');
      const app = fastify();
      await app.register(proxy, { upstream, http: { agentOptions: { keepAlive: true, maxSockets: 256 } } });
      await app.listen({ host: '127.0.0.1', port: 0 });
      return app.server.address().port;
    }
    case 'http-proxy-middleware': {
      const { Agent } = await import('node:http');
      const { createProxyMiddleware } = await import('http-proxy-middleware');
      const proxy = createProxyMiddleware({
        target: upstream,
        agent: new Agent({ keepAlive: true, maxSockets: 256 }),
        changeOrigin: true,
      });
      return listen(createServer((request, response) => void proxy(request, response)));
    }
    case 'upstream':
      return listen(createServer(answer));
    default:
      throw new Error(`no such server: ${name}`);
  }
}

const BODY = Buffer.from(
  JSON.stringify({
    resourceType: 'CodeSystem',
    concept: Array.from({ length: 12 }, (_, n) => ({
      code: `SPECIALTY-${n}`,
      display: `Specialty number ${n}`,
    })),
  }),
);

/** e-RS reduced to one answer, so that only the proxy in front of it is measured. */
function answer(request, response) {
  request.resume();
  response.writeHead(200, {
    'content-type': 'application/fhir+json',
    'content-length': BODY.length,
    'x-correlation-id': request.headers['x-correlation-id'] ?? '',
    'x-request-id': '00000000-0000-4000-8000-000000000000',
  });
  response.end(BODY);
}

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

const port = await start();
process.send?.({ port });
process.on('disconnect', () => process.exit(0));
