import type { Scope } from '@gatehouse/contracts/operation-resources';
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { ADMIN_DEPS, type AdminDeps } from './deps.js';
import { AdminProblem } from './problem.js';
import { SCOPES_KEY } from './route.js';
import { type AdminToken, findToken } from './tokens/tokens.store.js';

const actors = new WeakMap<IncomingMessage, AdminToken>();

/** Bearer token to scopes, looked up in PostgreSQL each time: a revoked token is dead at once. Denies by default. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly deps: AdminDeps;
  private readonly reflector: Reflector;

  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps, @Inject(Reflector) reflector: Reflector) {
    this.deps = deps;
    this.reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer === undefined ? null : await findToken(this.deps.db, bearer, this.deps.now());
    if (token === null) {
      throw new AdminProblem(
        'no-token',
        'Send "Authorization: Bearer gha_…" with a token that is neither expired nor revoked; "gatehouse bootstrap" makes the first one, "gatehouse tokens create" any other.',
      );
    }
    const scopes = this.reflector.get<readonly Scope[] | undefined>(SCOPES_KEY, context.getHandler()) ?? [];
    if (!scopes.some((scope) => token.scopes.includes(scope))) {
      throw new AdminProblem('missing-scope', `This needs a token with the scope ${scopes.join(' or ')}.`);
    }
    actors.set(request, token);
    return true;
  }
}

/** The token a request came with. */
export const Actor: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => {
    const token = actors.get(context.switchToHttp().getRequest<IncomingMessage>());
    if (token === undefined) throw new Error('the guard did not see this request');
    return token;
  },
);
