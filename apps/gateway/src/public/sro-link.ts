/**
 * `/sro/<link>`: what a senior responsible owner is asked to answer for, and their answer. No account and no script;
 * looking changes nothing, so a mail scanner that follows links answers for nobody.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerSroLink, findSroLink, type SroAnswer, type SroLink } from '../adapters/people/sro-links.js';
import type { CallerAddress } from '../listener/caller-address.js';
import { readForm } from '../listener/read-form.js';
import { linkPage, POLICY } from './sro-page.js';

const PATH = /^\/sro\/(ghs_[0-9A-Za-z_]{62})$/;
/** Two check boxes and a button. */
const MAX_BODY_BYTES = 2_000;

type Database = Parameters<typeof answerSroLink>[0];

export interface SroLinkDeps {
  readonly db: Database;
  /** Epoch ms. */
  readonly now: () => number;
  /** Recorded with the answer. */
  readonly callerAddress: CallerAddress;
  /** Without the link, which is a secret. */
  readonly onError: (error: unknown) => void;
}

/** Answers if the path is one of these; false: it is somebody else's. */
export function serveSroLink(deps: SroLinkDeps) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url?.startsWith('/sro/') !== true) return false;
    answer(deps, request, response).catch((error: unknown) => {
      if (request.destroyed) return;
      deps.onError(error);
      send(response, 500, linkPage({ state: 'failed' }));
    });
    return true;
  };
}

async function answer(
  { db, now, callerAddress }: SroLinkDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const token = PATH.exec(request.url ?? '')?.[1];
  if (token === undefined) return send(response, 404, linkPage({ state: 'unknown' }));
  if (request.method === 'GET' || request.method === 'HEAD') {
    const link = await findSroLink(db, token, now());
    return send(response, statusOf(link), linkPage(link), request.method === 'HEAD');
  }
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'GET, HEAD, POST');
    return send(response, 405, linkPage({ state: 'unknown' }));
  }
  // Looked up first: nobody without a link holds a connection by a body that never ends.
  const link = await findSroLink(db, token, now());
  if (link.state !== 'open') return send(response, statusOf(link), linkPage(link));
  const given = await readAnswer(request);
  if (given === null) return send(response, 400, linkPage(link, 'incomplete'));
  const answered = await answerSroLink(db, token, given, { from: callerAddress(request), nowMs: now() });
  send(
    response,
    statusOf(answered),
    answered.state === 'open' ? linkPage({ state: given }) : linkPage(answered),
  );
}

function statusOf({ state }: SroLink): number {
  return state === 'unknown' ? 404 : state === 'over' ? 410 : 200;
}

/** Null: both boxes must be ticked before one can accept, or there was no answer at all. */
async function readAnswer(request: IncomingMessage): Promise<SroAnswer | null> {
  const form = await readForm(request, MAX_BODY_BYTES);
  if (form === null) return null;
  if (form.get('answer') === 'decline') return 'declined';
  const ticked = form.get('understood') === 'yes' && form.get('current') === 'yes';
  return form.get('answer') === 'accept' && ticked ? 'accepted' : null;
}

function send(response: ServerResponse, status: number, html: string, headOnly = false): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(html)),
    'Content-Security-Policy': POLICY,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex',
  });
  response.end(headOnly ? undefined : html);
}
