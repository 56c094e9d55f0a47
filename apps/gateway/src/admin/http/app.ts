import 'reflect-metadata';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SpanExport } from '../../adapters/otlp/open-otlp.js';
import { pageHeaders } from '../../listener/page-headers.js';
import { AdminModule } from '../admin.module.js';
import { consolePages } from '../console/console-pages.js';
import type { AdminDeps } from '../deps.module.js';
import { answerRoot } from './root.js';
import { traceRequests } from './trace-requests.js';

/** The admin listener's own Nest application, not yet listening. Rejects if a route has no permission. */
export async function createAdminApp(
  deps: AdminDeps,
  more: readonly DynamicModule[] = [],
  spans: SpanExport | null = null,
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
  if (spans !== null) app.use(traceRequests(spans));
  await app.init();
  return app;
}
