import type { IncomingMessage, ServerResponse } from 'node:http';

const TEXT = 'Gatehouse. Open this address in a browser for the console; the admin API is below /api/v1.\n';

/** Answers `GET /` for those who take no page: a load balancer's health check, or a person with curl. */
export function answerRoot(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || request.url !== '/') {
    next();
    return;
  }
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(TEXT);
}
