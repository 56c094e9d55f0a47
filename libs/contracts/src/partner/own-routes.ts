/** The routes of the partner listener that are Gatehouse's own: the explanation of a decision, and users' sessions. */
import { z } from 'zod';
import { type Json, jsonContent, jsonRequest } from '../openapi-json.js';
import { explanation } from '../operation/operation-resources.js';
import { ANSWER_HEADERS, REQUEST_HEADERS, type RequestHeader } from './partner-headers.js';
import { REFUSED } from './partner-refusals.js';
import * as signIn from './sign-in-shapes.js';

interface OwnRoute {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly status: number;
  readonly answer?: z.ZodType;
  /** Beside the correlation id. */
  readonly headers?: readonly RequestHeader[];
}

const ofASession = ['userSession', 'userActivity'] as const;

export const OWN_ROUTES: readonly OwnRoute[] = [
  {
    method: 'post',
    path: '/explain',
    operationId: 'explain',
    summary: 'How a request would be decided, without sending it',
    body: z.strictObject({ method: z.string(), path: z.string() }),
    status: 200,
    answer: explanation,
    headers: ['organisation', 'product', 'capability', 'userSession', 'businessFunction', 'onBehalfOf'],
  },
  {
    method: 'post',
    path: '/user-logins',
    operationId: 'beginLogin',
    summary: 'Begin the sign-in of a user',
    body: signIn.loginBody,
    status: 201,
    answer: signIn.loginBegun,
  },
  {
    method: 'post',
    path: '/user-sessions',
    operationId: 'openUserSession',
    summary: 'Open a session for a user who has signed in',
    body: z.union([signIn.codeBody, signIn.idTokenBody]),
    status: 201,
    answer: signIn.sessionOpened,
  },
  {
    method: 'get',
    path: '/user-session',
    operationId: 'showUserSession',
    summary: 'The session, its roles and when it ends',
    status: 200,
    answer: signIn.userSession,
    headers: ofASession,
  },
  {
    method: 'delete',
    path: '/user-session',
    operationId: 'endUserSession',
    summary: 'End the session',
    status: 204,
    headers: ofASession,
  },
  {
    method: 'put',
    path: '/user-session/role',
    operationId: 'chooseRole',
    summary: 'Choose the role for the requests of this session that choose none',
    body: signIn.roleBody,
    status: 200,
    answer: signIn.userSession,
    headers: ofASession,
  },
  {
    method: 'get',
    path: '/user-session/on-behalf-of',
    operationId: 'listActedFor',
    summary: 'The people for whom the user may act',
    status: 200,
    answer: signIn.actedFor,
    headers: ofASession,
  },
];

/** An explanation may be of a call for a signed-in user; the other routes with this header need a session. */
const isRequired = ({ path }: OwnRoute, key: RequestHeader): boolean =>
  key === 'userSession' && path !== '/explain';

export function ownOperation(route: OwnRoute): Json {
  const { operationId, summary, body, status, answer, headers = [] } = route;
  return {
    operationId,
    summary,
    tags: [route.path === '/explain' ? 'Explanation' : 'Users'],
    parameters: (['correlationId', ...headers] as const).map((key) =>
      isRequired(route, key)
        ? { ...REQUEST_HEADERS[key], required: true }
        : { $ref: `#/components/parameters/${key}` },
    ),
    ...jsonRequest(body),
    responses: {
      [String(status)]: {
        description: 'Done',
        headers: ANSWER_HEADERS,
        ...(answer === undefined ? {} : { content: jsonContent(answer) }),
      },
      ...REFUSED,
    },
  };
}
