import { pendingChange } from '@gatehouse/contracts/governance/change-resources';
import { explainDatabaseError } from '@gatehouse/db/database-error';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { AwaitingApproval } from '../changes/awaiting-approval.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { AdminProblem } from './problem.js';

/** Renders every refusal as problem+json. What was not foreseen is logged and answered without text. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log: AdminDeps['log'];
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.log = deps.log;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (thrown instanceof AwaitingApproval) {
      response.statusCode = 202;
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(pendingChange.parse(thrown.change)));
      return;
    }
    const problem = this.problemOf(thrown);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.statusCode = problem?.status ?? 500;
    if (response.statusCode === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="gatehouse-admin"');
    // The rest of an unread body would be taken for the next request.
    if (response.statusCode === 413 || response.statusCode === 415) response.setHeader('Connection', 'close');
    response.setHeader('Content-Type', 'application/problem+json');
    response.setHeader('Cache-Control', 'no-store');
    response.end(
      JSON.stringify(problem?.body() ?? { type: 'about:blank', title: 'Internal error', status: 500 }),
    );
  }

  problemOf(thrown: unknown): AdminProblem | null {
    if (thrown instanceof AdminProblem) return thrown;
    if (thrown instanceof HttpException && thrown.getStatus() === 404) {
      return new AdminProblem('not-found', 'There is no such route.');
    }
    const explained = explainDatabaseError(thrown);
    if (explained !== null) return new AdminProblem('conflict', explained.message);
    this.log.error({ err: thrown }, 'unforeseen error in the admin API');
    return null;
  }
}
