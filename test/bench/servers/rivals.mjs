// The rivals in Node, each in a process of its own, with the HTTP client that it has by default:
// `node rivals.mjs NAME UPSTREAM [DATABASE_URL]`.
import { createServer } from 'node:http';

const [name, upstream, databaseUrl] = process.argv.slice(2);

async function start() {
  switch (name) {
    case 'fastify':
      return startFastify({});
    case 'fastify-with-inserts':
      return startFastify(await insertsOf(databaseUrl));
    case 'http-proxy-middleware': {
      const { Agent } = await import('node:http');
      const { createProxyMiddleware } = await import('http-proxy-middleware');
      // Its default opens a connection for each request, which no one would run.
      const agent = new Agent({ keepAlive: true, maxSockets: 512 });
      const proxy = createProxyMiddleware({ target: upstream, agent, changeOrigin: true });
      return listen(createServer((request, response) => void proxy(request, response)));
    }
    case 'node-undici': {
      const { Pool } = await import('undici');
      const pool = new Pool(upstream, { connections: 512 });
      return listen(createServer((request, response) => void passThrough(pool, request, response)));
    }
    default:
      throw new Error(`no such rival: ${name}`);
  }
}

async function startFastify(options) {
  const { default: fastify } = await import('fastify');
  const { default: proxy } = await import('@fastify/http-proxy');
  const app = fastify();
  await app.register(proxy, { upstream, ...options });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server.address().port;
}

/** One row before the request is sent and one before its answer is, each committed durably, and nothing else. */
async function insertsOf(connectionString) {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString, max: 20 });
  await pool.query(
    'CREATE TABLE IF NOT EXISTS rival (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), kind text, facts jsonb)',
  );
  const insert = (kind, facts) =>
    pool.query({
      name: 'insert',
      text: 'INSERT INTO rival (kind, facts) VALUES ($1, $2)',
      values: [kind, facts],
    });
  return {
    preHandler: (request) => insert('INTENT', { method: request.method, url: request.url }),
    replyOptions: {
      onResponse: (request, reply, answer) => {
        insert('OUTCOME', { url: request.url, status: answer.statusCode }).then(
          () => reply.send(answer.stream ?? answer),
          (error) => reply.send(error),
        );
      },
    },
  };
}

async function passThrough(pool, request, response) {
  try {
    const { method, url: path, headers } = request;
    const answer = await pool.request({
      method,
      path,
      headers,
      body: method === 'GET' ? null : request,
    });
    response.writeHead(answer.statusCode, answer.headers);
    answer.body.pipe(response);
  } catch {
    response.writeHead(502).end();
  }
}

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4_096, () => resolve(server.address().port));
  });
}

const port = await start();
process.send?.({ port });
process.on('disconnect', () => process.exit(0));
