import 'reflect-metadata';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pageHeaders } from '../../listener/page-headers.js';
import { AdminModule } from '../admin.module.js';
import { consolePages } from '../console/console-pages.js';
import type { AdminDeps } from '../deps.module.js';
import { answerRoot } from './root.js';

/** The admin listener's own Nest application, not yet listening. Rejects if a route has no permission. */
export async function createAdminApp(
  deps: AdminDeps,
  more: readonly DynamicModule[] = [],
): Promise<INestApplication> {
  const root = { module: class AdminListener {}, imports: [AdminModule.with(deps), ...more] };
  const app = await NestFactory.create<NestExpressApplication>(root, {
    // Bodies are read after the guard, by the route's own rules.
    bodyParser: false,
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(pageHeaders);
  app.use(consolePages());
  app.use(answerRoot);
  await app.init();
  return app;
}
