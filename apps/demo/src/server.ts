/** The web application: it finds the page for a request, and answers with HTML. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { BrowserSessions } from './browser-session.js';
import { callGatehouse, Rejection } from './gatehouse.js';
import { html } from './html.js';
import { heading, renderPage } from './page.js';
import { adviceRoutes } from './pages/advice.js';
import { appointmentRoutes } from './pages/appointment.js';
import { letterRoutes } from './pages/letter.js';
import { referralRoutes } from './pages/referral.js';
import { roleRoutes } from './pages/role.js';
import { signInRoutes } from './pages/sign-in.js';
import { worklistRoutes } from './pages/worklist.js';
import { rejectedPage } from './rejected.js';
import type { Settings } from './settings.js';
import type { Answer, Route, Visit } from './visit.js';

const ROUTES: readonly Route[] = [
  ...signInRoutes,
  ...roleRoutes,
  ...worklistRoutes,
  ...referralRoutes,
  ...appointmentRoutes,
  ...letterRoutes,
  ...adviceRoutes,
];

const STYLES = readFileSync(new URL('../public/demo.css', import.meta.url));
/** A letter of 5 MiB and the other fields of its form. */
const MAX_FORM_BYTES = 6 * 1024 * 1024;

/** Every page: no script, nothing from elsewhere, no frame around it, and no copy in a cache. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

export function createDemo(settings: Settings): Server {
  const sessions = new BrowserSessions(settings.url);
  return createServer((request, response) => {
    void answerRequest(settings, sessions, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
}

async function answerRequest(
  settings: Settings,
  sessions: BrowserSessions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', settings.url);
  if (url.pathname === '/demo.css') {
    response.writeHead(200, { 'Content-Type': 'text/css' }).end(STYLES);
    return;
  }
  if (url.pathname === '/favicon.ico') {
    response.writeHead(204).end();
    return;
  }
  const route = ROUTES.find((each) => each.method === request.method && each.path.test(url.pathname));
  const session = sessions.of(request);
  const visit: Visit = {
    settings,
    session,
    params: { ...route?.path.exec(url.pathname)?.groups },
    query: url.searchParams,
    form: await readForm(request),
    send: (each) =>
      callGatehouse(settings, session.user?.handle ?? null, each, (call) => session.calls.push(call)),
    renewSession: () => {
      sessions.renew(session);
    },
  };
  const answer = await answerOf(route, visit, request.headers.origin);
  const headers = { ...HEADERS, 'Set-Cookie': sessions.cookie(session) };
  if ('redirectTo' in answer) response.writeHead(303, { ...headers, Location: answer.redirectTo }).end();
  else {
    const { title, body, status = 200 } = answer;
    response.writeHead(status, headers).end(renderPage(visit, title, body, status >= 400));
  }
}

async function answerOf(route: Route | undefined, visit: Visit, origin: string | undefined): Promise<Answer> {
  const { session, settings } = visit;
  if (route === undefined) return notice(404, 'Page not found');
  // A form on another site can't send our cookie (SameSite), but one on another port of this host can.
  if (route.method === 'POST' && origin !== settings.url)
    return notice(403, 'This form was not on a page of ReferWell');
  if (route.isPublic !== true && session.user === null) return { redirectTo: '/' };
  try {
    return await route.answer(visit);
  } catch (error) {
    if (error instanceof Rejection) return rejectedPage(visit, error);
    console.error(error);
    return notice(500, 'Sorry, there is a problem with the service');
  }
}

const notice = (status: number, text: string): Answer => ({
  title: text,
  status,
  body: html`${heading(text)}
    <p><a href="/">Go to the start</a></p>`,
});

/** Node reads forms as browsers send them, files included. A form that is too large counts as an empty one. */
async function readForm(request: IncomingMessage): Promise<FormData> {
  const { 'content-type': contentType = '', 'content-length': length = 'unknown' } = request.headers;
  const isSmall = Number(length) <= MAX_FORM_BYTES;
  if (request.method !== 'POST' || contentType === '' || !isSmall) return new FormData();
  const body = new Uint8Array(await buffer(request));
  // oxlint-disable-next-line typescript/no-deprecated -- it holds the whole body, which is small here
  return new Response(body, { headers: { 'Content-Type': contentType } }).formData();
}
