/** The status listener: is the process alive, may it take traffic, and what does it count? */
import type { RequestListener } from 'node:http';
import type { Metrics } from './metrics.js';

/** Name of a condition → true if it holds, else why not, in words without secrets. */
export type Readiness = () => Record<string, true | string>;

/** @param overdueJobs named by /ready, which they don't fail: a process must not leave its balancer for them */
export function serveStatus(
  readiness: Readiness,
  metrics: Metrics,
  overdueJobs: () => readonly string[],
): RequestListener {
  return (request, response) => {
    const answer = (status: number, contentType: string, body: string): void => {
      response.writeHead(status, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(body);
    };
    switch (request.method === 'GET' ? request.url : null) {
      case '/live':
        answer(200, 'application/json', '{"live":true}');
        return;
      case '/ready': {
        const conditions = readiness();
        const ready = Object.values(conditions).every((condition) => condition === true);
        const overdue = overdueJobs();
        const body = { ready, conditions, ...(overdue.length === 0 ? {} : { overdueJobs: overdue }) };
        answer(ready ? 200 : 503, 'application/json', JSON.stringify(body));
        return;
      }
      case '/metrics':
        metrics.page().then(
          ({ contentType, text }) => {
            answer(200, contentType, text);
          },
          () => {
            answer(500, 'text/plain', '');
          },
        );
        return;
      default:
        answer(404, 'application/json', '{}');
    }
  };
}
