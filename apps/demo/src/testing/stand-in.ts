/** Stands in for Gatehouse's partner listener: it answers as a test says, and remembers what it was sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Settings } from '../settings.js';
import { createDemo } from '../server.js';

export interface Received {
  readonly call: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StandInAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export const HANDLE = 'ghu_local_handle-that-stays-on-the-server';
export const CLIENT_KEY = 'gh_local_key-that-stays-on-the-server';

export const rolesOf = (...names: string[]) =>
  names.map((name) => {
    const [organisation = '', businessFunction = ''] = name.split(' ');
    return {
      organisation,
      businessFunction,
      organisationName: null,
      inWords: `${businessFunction} (${organisation})`,
    };
  });

const [role] = rolesOf('A20047 REFERRING_CLINICIAN');
export const USER_SESSION = {
  user: { userId: '656005750104', name: 'Rosa <Field>' },
  assurance: { authentication: 3, identity: 3 },
  roles: [role],
  role: { organisation: 'A20047', businessFunction: 'REFERRING_CLINICIAN', onBehalfOf: null },
  endsAt: '2026-11-28T23:00:00Z',
  idleEndsAt: '2026-11-28T11:15:00Z',
};

export const rejection = (status: number, code: string, text: string): StandInAnswer => ({
  status,
  headers: { 'Gatehouse-Error-Code': code, 'Gatehouse-Error-Source': 'gateway' },
  json: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', diagnostics: text }] },
});

/** Starts the stand-in, and the demo before it. */
export async function startDemo() {
  const received: Received[] = [];
  const answers = new Map<string, StandInAnswer>([
    [
      'POST /user-logins',
      { status: 201, json: { loginId: '1', url: 'https://gatehouse.example/login?ticket=t' } },
    ],
    ['POST /user-sessions', { status: 201, json: { handle: HANDLE, ...USER_SESSION } }],
    ['GET /user-session', { status: 200, json: USER_SESSION }],
    ['DELETE /user-session', { status: 204 }],
    ['POST /FHIR/STU3/ReferralRequest/$ers.fetchworklist', { status: 200, json: { resourceType: 'List' } }],
  ]);
  const gatehouse = createServer((request, response) => {
    void buffer(request).then((body) => {
      const call = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
      received.push({ call, headers: request.headers, body });
      const { status, headers, json } = answers.get(call) ?? rejection(404, 'GW_PATH', `no ${call}`);
      response.writeHead(status, {
        'Content-Type': 'application/fhir+json',
        'Gatehouse-Attempt-Id': `attempt-${received.length}`,
        ...headers,
      });
      response.end(json === undefined ? '' : JSON.stringify(json));
    });
  });
  const gatehouseUrl = await listen(gatehouse);
  const settings = {
    url: 'http://localhost:1',
    gatehouseUrl,
    clientKey: CLIENT_KEY,
    product: 'ReferWell',
    consoleUrl: 'https://console.example',
    organisations: [{ odsCode: 'R69', name: 'Example Trust' }],
  };
  const demo = createDemo(settings satisfies Settings);
  settings.url = await listen(demo);
  return {
    url: settings.url,
    answers,
    received,
    stop: () => {
      for (const server of [demo, gatehouse]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function listen(server: ReturnType<typeof createServer>): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

interface BrowserAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | null;
  readonly text: string;
}

export interface TestBrowser {
  readonly cookie: string;
  get(path: string): Promise<BrowserAnswer>;
  /** `origin` is that of the page with the form; by default the application's. */
  post(path: string, fields?: Record<string, string> | FormData, origin?: string): Promise<BrowserAnswer>;
}

/** A browser that keeps one cookie and follows no redirect. */
export function openBrowser(url: string): TestBrowser {
  let cookie = '';
  const send = async (
    method: string,
    path: string,
    body: URLSearchParams | FormData | null,
    origin = url,
  ): Promise<BrowserAnswer> => {
    const response = await fetch(url + path, {
      method,
      body,
      redirect: 'manual',
      headers: { cookie, ...(method === 'POST' ? { origin } : {}) },
    });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const { status, headers } = response;
    return { status, headers, location: headers.get('location'), text: await response.text() };
  };
  return {
    get cookie() {
      return cookie;
    },
    get: (path) => send('GET', path, null),
    post: (path, fields = {}, origin = url) =>
      send('POST', path, fields instanceof FormData ? fields : new URLSearchParams(fields), origin),
  };
}
