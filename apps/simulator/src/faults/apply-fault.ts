import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { awsError } from '../kms/aws-reply.js';
import type { Exchange } from '../wire/exchange.js';
import { NO_BYTES, withoutHeader, type HeaderList, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';
import { reshapeByScenario } from './scenarios.js';

/**
 * The answer to a request that has a fault, or undefined if there is none. The real handler runs and changes state
 * unless the fault replaces its answer or comes before it.
 */
export async function reshape(
  world: World,
  exchange: Exchange,
  fault: Fault,
  answer: () => Promise<Reply>,
): Promise<Reply | undefined> {
  if (fault.applyThenReset === true) {
    await answer();
    return undefined;
  }
  if (fault.hang === true || fault.resetBeforeResponse === true || fault.rawResponseBase64 !== undefined)
    return undefined;
  if (fault.kmsError !== undefined) return awsError(fault.kmsError, `injected ${fault.kmsError}`);

  const replaces = fault.status !== undefined || fault.body !== undefined || fault.bodyBase64 !== undefined;
  const reply = replaces ? replacement(fault) : await answer();
  const shaped =
    fault.scenario === undefined ? reply : await reshapeByScenario(world, exchange, reply, fault.scenario);
  return withTokenLife(withHeaders(shaped, fault.headers), fault);
}

/** Waits, but no longer than the client does. */
export async function pause(delayMs: number, response: ServerResponse): Promise<void> {
  if (delayMs <= 0) return;
  const closed = new AbortController();
  const onClose = () => {
    closed.abort();
  };
  response.once('close', onClose);
  await setTimeout(delayMs, undefined, { signal: closed.signal }).catch(() => undefined);
  response.off('close', onClose);
}

function replacement(fault: Fault): Reply {
  const body =
    fault.bodyBase64 !== undefined
      ? Buffer.from(fault.bodyBase64, 'base64')
      : fault.body !== undefined
        ? Buffer.from(fault.body)
        : NO_BYTES;
  return { status: fault.status ?? 200, headers: [], body };
}

function withHeaders(reply: Reply, added: Fault['headers']): Reply {
  if (added === undefined) return reply;
  const pairs: HeaderList = Array.isArray(added) ? (added as HeaderList) : Object.entries(added);
  let headers = reply.headers;
  for (const [name] of pairs) headers = withoutHeader(headers, name);
  return { ...reply, headers: [...headers, ...pairs] };
}

function withTokenLife(reply: Reply, fault: Fault): Reply {
  if (!('tokenExpiresIn' in fault) || reply.status !== 200 || !Buffer.isBuffer(reply.body)) return reply;
  const { expires_in: _real, ...rest } = JSON.parse(reply.body.toString('utf8')) as Record<string, unknown>;
  const answer = fault.tokenExpiresIn === '__absent__' ? rest : { ...rest, expires_in: fault.tokenExpiresIn };
  return { ...reply, body: Buffer.from(JSON.stringify(answer)) };
}
