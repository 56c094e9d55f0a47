/** A client of Gatehouse: a method for each interaction of e-RS and for each route of Gatehouse's own. */
import type { Answer, OwnAnswer } from './answer.js';
import { call, type Connection } from './call.js';
import { OPERATIONS, type Requests } from './operations.js';
import { OWN_OPERATIONS, type OwnAnswers, type OwnRequests } from './own-operations.js';
import type { CallOptions, CallRequest, Row } from './request.js';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.js';

export type { Answer, OwnAnswer } from './answer.js';
export {
  type ErsError,
  type Failure,
  type Fate,
  GatehouseError,
  type NoAnswer,
  type Refusal,
} from './failure.js';
export type { UnlistedRefusal } from './failure.js';
export { OPERATIONS, type Requests } from './operations.js';
export { OWN_OPERATIONS, type OwnAnswers, type OwnRequests } from './own-operations.js';
export { REFUSALS, type RefusalCode } from './refusals.js';
export type { FileBody, JsonBody } from './bodies.js';
export type { CallOptions } from './request.js';
export { DEFAULT_RETRY, type RetryPolicy } from './retry.js';
export { newSignIn, type SignIn } from './sign-in.js';

export interface ClientSettings {
  /** The address of Gatehouse's partner listener: https, or http on this machine. */
  readonly url: string | URL;
  /** A client key or workload token, or what gets it. It is asked for before every attempt. */
  readonly key: string | (() => string | Promise<string>);
  readonly retry?: Partial<RetryPolicy>;
}

type Method<R> = object extends R
  ? (request?: R, options?: CallOptions) => Promise<Answer>
  : (request: R, options?: CallOptions) => Promise<Answer>;

type OwnMethod<R, A> = (request: R, options?: CallOptions) => Promise<OwnAnswer<A>>;

/**
 * Each method answers with what e-RS says, or Gatehouse itself; a redirect of A042 is an answer, which isn't followed.
 * It throws a GatehouseError if the call failed for good, a TypeError if the request can't be sent as it is, and the
 * reason of `options.signal` if it was aborted.
 */
export type GatehouseClient = { readonly [N in keyof Requests]: Method<Requests[N]> } & {
  readonly [N in keyof OwnRequests]: OwnMethod<OwnRequests[N], OwnAnswers[N]>;
};

/** @throws TypeError if the address is not one to which a key may be sent */
export function createClient({ url, key, retry }: ClientSettings): GatehouseClient {
  const connection: Connection = {
    origin: originOf(url),
    key: async () => checkedKey(typeof key === 'string' ? key : await key()),
    retry: { ...DEFAULT_RETRY, ...retry },
  };
  const methods = Object.entries<Row>({ ...OPERATIONS, ...OWN_OPERATIONS }).map(([name, row]) => [
    name,
    (request: CallRequest = {}, options: CallOptions = {}) => call(connection, row, request, options),
  ]);
  return Object.freeze(Object.fromEntries(methods) as GatehouseClient);
}

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

function originOf(address: string | URL): string {
  if (!URL.canParse(String(address))) throw new TypeError('The address of Gatehouse is not a URL.');
  const { protocol, hostname, origin, href } = new URL(address);
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.test(hostname)))
    throw new TypeError('The address of Gatehouse must begin with https://, unless it is on this machine.');
  if (href !== `${origin}/`)
    throw new TypeError('The address of Gatehouse is a host and a port, and no more.');
  return origin;
}

/** What fetch says of a malformed header quotes it. */
function checkedKey(key: string): string {
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(key))
    throw new TypeError('The key of Gatehouse is empty or malformed.');
  return key;
}
