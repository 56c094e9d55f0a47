import type { IncomingMessage, ServerResponse } from 'node:http';

/** Middleware: the headers of every answer to a browser, unless a page sets its own. */
export function pageHeaders(_request: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('Referrer-Policy', 'no-referrer');
  next();
}
