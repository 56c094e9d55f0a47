import { pendingChange } from '@gatehouse/contracts/governance/change-resources';
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { AwaitingApproval } from './awaiting-approval.js';
import { Problems } from './problems.js';

const LEAVES_BODY_UNREAD: ReadonlySet<number> = new Set([413, 415, 503]);

/** Answers every refusal with problem+json, and a change that waits for a second person with 202. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(Problems) private readonly problems: Problems) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (thrown instanceof AwaitingApproval) {
      response.statusCode = 202;
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(pendingChange.parse(thrown.change)));
      return;
    }
    const problem = this.problems.of(thrown);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.statusCode = problem?.status ?? 500;
    if (response.statusCode === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="gatehouse-admin"');
    // The rest of an unread body would be read as the next request.
    if (LEAVES_BODY_UNREAD.has(response.statusCode)) response.setHeader('Connection', 'close');
    if (problem?.retryAfterS !== undefined) response.setHeader('Retry-After', problem.retryAfterS);
    response.setHeader('Content-Type', 'application/problem+json');
    response.setHeader('Cache-Control', 'no-store');
    response.end(
      JSON.stringify(problem?.body() ?? { type: 'about:blank', title: 'Internal error', status: 500 }),
    );
  }
}
