import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { ProviderMisconfigured } from '../adapters/people/identity-provider.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { SIGN_IN_REFUSALS, type SignInRefusal, SignInRefused } from './sign-in-refused.js';

/** A sign-in that failed, as a page for a person. Only the log says exactly why. */
@Catch()
export class SignInFilter implements ExceptionFilter {
  private readonly log: AuthDeps['log'];
  constructor(@Inject(AUTH_DEPS) deps: AuthDeps) {
    this.log = deps.log;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reason = reasonOf(thrown);
    const kind: SignInRefusal =
      reason instanceof ProviderMisconfigured
        ? 'misconfigured'
        : thrown instanceof SignInRefused
          ? thrown.kind
          : 'refused';
    this.log.warn(
      { kind, reason: reason instanceof Error ? reason.message : typeof reason },
      'sign-in failed',
    );
    const { status, text } = SIGN_IN_REFUSALS[kind];
    const response = host.switchToHttp().getResponse<ServerResponse>();
    response.statusCode = status;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-in – Gatehouse</title></head>
<body><main><h1>You are not signed in</h1><p>${text}</p><p><a href="/auth/sign-in">Sign in</a></p></main></body></html>
`);
  }
}

/** The error at the bottom; codes, tokens and secrets are in no message of it. */
function reasonOf(thrown: unknown): unknown {
  let error = thrown;
  while (error instanceof Error && (error.cause !== undefined || 'oauthError' in error)) {
    error = error.cause ?? (error as { oauthError?: unknown }).oauthError;
  }
  return error;
}
