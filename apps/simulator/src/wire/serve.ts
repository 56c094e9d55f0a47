import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Fault } from '../faults/fault.js';
import { deliverFaulty } from '../faults/deliver-faulty.js';
import { pause, reshape } from '../faults/apply-fault.js';
import type { World } from '../world.js';
import { announcesBody, collectBody } from './collect-body.js';
import { openExchange, type Exchange, type Target } from './exchange.js';
import { headerOf, NO_BYTES, textReply, type Reply } from './reply.js';
import { send } from './send.js';

/** One service of the simulator: how it identifies the caller, and how it answers. */
export interface Service {
  readonly target: Target;
  /** Fills `exchange.notes` before faults are matched and the request is recorded. */
  identify(exchange: Exchange): void;
  answer(exchange: Exchange): Reply | Promise<Reply>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * receive → identify → record → fault or answer → send. Without a body and without faults all of this happens in one
 * turn of the event loop, since benchmarks run against it.
 */
export function serveTarget(world: World, service: Service): RequestListener {
  return (request, response) => {
    if (!announcesBody(request)) {
      proceed(world, service, openExchange(service.target, request, NO_BYTES), response);
      return;
    }
    collectBody(request, MAX_BODY_BYTES).then(
      (body) => proceed(world, service, openExchange(service.target, request, body), response),
      () => request.destroy(),
    );
  };
}

function proceed(
  world: World,
  service: Service,
  exchange: Exchange,
  response: ServerResponse<IncomingMessage>,
): void {
  service.identify(exchange);
  const finish = world.requests.open(exchange, world.clock.nowMs());
  const fault = world.faults.take(exchange);
  const delayMs = service.target === 'ers' ? world.settings.ersDelayMs : 0;
  if (fault !== undefined || delayMs > 0) {
    void serveSlowly(world, service, exchange, response, finish, fault, delayMs).catch((error: unknown) =>
      crash(response, finish, error),
    );
    return;
  }
  try {
    const reply = service.answer(exchange);
    if (reply instanceof Promise)
      reply.then(
        (ready) => send(response, dated(world, ready), finish),
        (error: unknown) => crash(response, finish, error),
      );
    else send(response, dated(world, reply), finish);
  } catch (error) {
    crash(response, finish, error);
  }
}

async function serveSlowly(
  world: World,
  service: Service,
  exchange: Exchange,
  response: ServerResponse,
  finish: (status: number) => void,
  fault: Fault | undefined,
  delayMs: number,
): Promise<void> {
  await pause(delayMs + (fault?.delayMs ?? 0), response);
  if (fault === undefined) {
    send(response, dated(world, await service.answer(exchange)), finish);
    return;
  }
  if (fault.scenario !== undefined) exchange.scenario = fault.scenario;
  const reply = await reshape(world, exchange, fault, async () => service.answer(exchange));
  deliverFaulty(response, exchange, reply === undefined ? undefined : dated(world, reply), fault, finish);
}

/** If the clock has been moved, the Date header has its time, since clients measure their skew by it. */
function dated(world: World, reply: Reply): Reply {
  if (world.clock.offsetMs === 0 || headerOf(reply.headers, 'date') !== undefined) return reply;
  return { ...reply, headers: [...reply.headers, ['Date', new Date(world.clock.nowMs()).toUTCString()]] };
}

/** A bug of the simulator must not look like an answer of the NHS. */
function crash(response: ServerResponse, finish: (status: number) => void, error: unknown): void {
  process.stderr.write(
    `simulator error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  if (response.headersSent || response.destroyed) response.destroy();
  else send(response, textReply(599, 'the simulator itself failed; see its error output'), finish);
}
