/** Reads the bodies of the routes of users' sessions, whose shapes are in libs/contracts. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { checkShape } from '@gatehouse/contracts/fault-words';
import { GatewayError } from '@gatehouse/domain/errors';
import { parseStrictJson } from '@gatehouse/domain/input/strict-json';
import type { Exchange } from '../exchange.js';
import { readBody } from '../listener/read-body.js';

/** @throws GW_MEDIA_TYPE, GW_BODY_SYNTAX, and what reading a body throws */
export async function readJson(request: IncomingMessage, exchange: Exchange): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new GatewayError('GW_MEDIA_TYPE');
  const body = await readBody(request, { kind: 'json' }, exchange.bodies);
  return parseStrictJson(body ?? Buffer.alloc(0));
}

/** @throws GW_BODY_SYNTAX with each fault and its place */
export function shaped<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, error } = checkShape(schema, value);
  if (error === undefined) return data;
  const candidates = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new GatewayError('GW_BODY_SYNTAX', { candidates: candidates.slice(0, 10) });
}
