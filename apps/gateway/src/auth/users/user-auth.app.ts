import 'reflect-metadata';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pageHeaders } from '../../listener/page-headers.js';
import { SIGN_IN_DEPS } from '../deps.js';
import { OpenIdStrategy } from '../openid.strategy.js';
import { CombinedAuthController } from './combined-auth.controller.js';
import { USER_AUTH_DEPS, type UserAuthDeps } from './deps.js';
import { UserAuthController } from './user-auth.controller.js';

export interface UserAuthApp {
  /** Answers if the path is one of these; false: it is somebody else's. */
  serve(...[request, response]: Parameters<RequestListener>): boolean;
  close(): Promise<void>;
}

/** The method of each path. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['/auth/cis2/login', 'GET'],
  ['/auth/cis2/callback', 'GET'],
  ['/auth/cis2/back-channel-logout', 'POST'],
  ['/auth/apim/callback', 'GET'],
]);

/** Sign-in of users: a Nest application of its own, since the public listener has nothing else of Nest. */
export async function createUserAuthApp(deps: UserAuthDeps): Promise<UserAuthApp> {
  const root = {
    module: class UserSignIn {},
    controllers: [UserAuthController, CombinedAuthController],
    providers: [
      { provide: USER_AUTH_DEPS, useValue: deps },
      { provide: SIGN_IN_DEPS, useValue: deps },
      OpenIdStrategy,
    ],
  };
  const app = await NestFactory.create<NestExpressApplication>(root, {
    bodyParser: false,
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(pageHeaders);
  app.use(refusePrefetch);
  await app.init();
  const handler = app.getHttpAdapter().getInstance() as RequestListener;
  return {
    serve(request, response) {
      const [path = ''] = (request.url ?? '').split('?', 1);
      const method = METHODS.get(path);
      if (method === undefined) return false;
      // HEAD too: a link that is checked must not use up the login that it opens.
      if (request.method !== method)
        response.writeHead(405, { Allow: method, 'Cache-Control': 'no-store' }).end();
      else handler(request, response);
      return true;
    },
    close: () => app.close(),
  };
}

/** Nor may a browser that fetches it before anybody follows it. */
function refusePrefetch(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const purpose = String(request.headers['sec-purpose'] ?? request.headers['purpose'] ?? '');
  if (purpose.includes('prefetch')) response.writeHead(503).end();
  else next();
}
