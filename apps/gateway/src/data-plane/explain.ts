/**
 * `POST /explain` decides a request without making it. The caller sends its usual credential and headers, with the
 * method and path in the body. Nothing is sent to e-RS and no token is fetched; one audit record says that the decision
 * was explained.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestFacts } from '@gatehouse/domain/audit/audit';
import { type ErrorCode, GatewayError } from '@gatehouse/domain/errors';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { ActingAs } from '@gatehouse/domain/policy/business-function';
import { parseStrictJson } from '@gatehouse/domain/input/strict-json';
import { answerJson } from './listener/answer-json.js';
import { decideRoute } from './decide.js';
import type { PlaneDeps } from './deps.js';
import { type Exchange, hypotheticalExchange } from './exchange.js';
import { matchTarget, readHeaders } from './match.js';
import { readBody } from './listener/read-body.js';
import { factsOf } from './record.js';
import { hypotheticalUser, type UserFacts } from './users/hypothetical-user.js';
import { identifyUser } from './users/identify-user.js';
import { systemEvent } from '../adapters/audit/system-event.js';

export const EXPLAIN_PATH = '/explain';

export interface Explanation {
  readonly allowed: boolean;
  readonly registryVersion: number | null;
  readonly operation: {
    readonly interaction: string;
    readonly operationId: string;
    readonly title: string;
  } | null;
  /** The steps of the decision in order. If policy refused the request, the last one failed. */
  readonly steps: readonly { readonly step: string; readonly ok: boolean }[];
  readonly binding: {
    readonly id: string;
    readonly environment: string;
    readonly organisation: string;
    readonly product: string;
    readonly accessMode: string;
    readonly capability: string | null;
    readonly asid: string | null;
  } | null;
  /** The function in which the user would act, and for whom; null without a user. */
  readonly actingAs: ActingAs | null;
  readonly refusal: {
    readonly code: ErrorCode;
    readonly status: number;
    readonly text: string;
    readonly whatToDo: string;
    readonly whoActs: string;
    readonly candidates: readonly string[];
  } | null;
}

export async function explainRequest(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  exchange.explanation = true;
  if (exchange.method !== 'POST') throw new GatewayError('GW_METHOD', { headers: { Allow: 'POST' } });
  const choices = readHeaders(client, request.rawHeaders);
  const type = choices.headers.contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/fhir+json')
    throw new GatewayError('GW_MEDIA_TYPE');
  const body = parseStrictJson(
    (await readBody(request, { kind: 'json' }, exchange.bodies)) ?? Buffer.alloc(0),
  );
  const { method, path } = body;
  if (typeof method !== 'string' || typeof path !== 'string') {
    throw new GatewayError('GW_BODY_SYNTAX', {
      candidates: ['the body must be {"method": "GET", "path": "/FHIR/…"}'],
    });
  }

  let refusal: GatewayError | null = null;
  try {
    const target = matchTarget(exchange, method, path);
    await identifyUser(deps, exchange, client, choices.headers);
    decideRoute(deps, exchange, client, { ...choices, ...target });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    refusal = error;
  }
  await recordExplanation(deps, exchange, refusal);
  answerJson(exchange, response, 200, explanationOf(exchange, refusal));
}

/** A request that an operator wants explained. */
export interface HypotheticalRequest {
  /** Name of the client. */
  readonly client: string;
  readonly environment: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Id of a user session. */
  readonly session?: string | undefined;
  /** In place of a session. */
  readonly user?: UserFacts | undefined;
}

/** Explains a decision to an operator, who names the client instead of sending its key. */
export async function explainFor(
  deps: PlaneDeps,
  request: HypotheticalRequest,
): Promise<{ explanation: Explanation; facts: RequestFacts }> {
  const exchange = hypotheticalExchange(deps.clock, request.method, request.path);
  let refusal: GatewayError | null = null;
  try {
    const client = [...deps.registry.current().clients.values()].find(
      ({ name, environment }) => name === request.client && environment === request.environment,
    );
    if (client === undefined) throw new GatewayError('GW_TOKEN', { detail: 'no such client' });
    exchange.client = client;
    if (client.state !== 'active') throw new GatewayError('GW_TOKEN', { detail: `client ${client.state}` });
    const namesUser = request.session !== undefined || request.user !== undefined;
    const choices = readHeaders(client, Object.entries(request.headers).flat(), namesUser);
    const target = matchTarget(exchange, request.method, request.path);
    exchange.userSession = await hypotheticalUser(deps, client, request);
    decideRoute(deps, exchange, client, { ...choices, ...target });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    refusal = error;
  }
  const facts = factsOf(exchange, null);
  return {
    explanation: explanationOf(exchange, refusal),
    facts: request.user === undefined ? facts : { ...facts, ...NOBODY },
  };
}

/** What is recorded of a user who was only described. */
const NOBODY = { userId: null, userSessionId: null, authTimeMs: null };

async function recordExplanation(
  deps: PlaneDeps,
  exchange: Exchange,
  refusal: GatewayError | null,
): Promise<void> {
  const { requestId, startedAtMs } = exchange;
  const facts = { requestId, ...factsOf(exchange, null), code: refusal?.code ?? null };
  await deps.audit.system(systemEvent('EXPLANATION', deps.clock.now(), facts, { startedAtMs }));
}

export function explanationOf(
  exchange: Pick<Exchange, 'matched' | 'steps' | 'binding' | 'registryVersion' | 'actingAs'>,
  refusal: GatewayError | null,
): Explanation {
  const { matched, binding, actingAs } = exchange;
  const operation = matched?.operation;
  return {
    allowed: refusal === null,
    registryVersion: exchange.registryVersion,
    operation:
      operation === undefined
        ? null
        : { interaction: operation.interaction, operationId: operation.operationId, title: operation.title },
    steps: exchange.steps,
    binding:
      binding === null
        ? null
        : {
            id: binding.id,
            environment: binding.application.environment,
            organisation: binding.odsCode,
            product: binding.application.product,
            accessMode: binding.application.accessMode,
            capability: binding.application.capability,
            asid: binding.application.asid,
          },
    actingAs: actingAs && {
      businessFunction: actingAs.businessFunction,
      onBehalfOfUserId: actingAs.onBehalfOfUserId,
    },
    refusal:
      refusal === null
        ? null
        : {
            code: refusal.code,
            status: refusal.status,
            text: refusal.publicText,
            whatToDo: refusal.whatToDo,
            whoActs: refusal.whoActs,
            candidates: refusal.options.candidates ?? [],
          },
  };
}
