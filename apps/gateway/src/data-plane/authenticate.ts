/** Identifies the calling client by an opaque key or by a workload JWT that is bound to a client. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '@gatehouse/domain/errors';
import { parseClientKey } from '@gatehouse/domain/input/opaque-key';
import { type Client, isLive, type Snapshot, workloadKey } from '@gatehouse/domain/registry/registry';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';

/** RFC 6750: the scheme in any case, one space, one token. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,8192}=*)$/i;

/** @throws GW_TOKEN for anything but a live credential of an active client in an environment that is served here */
export async function authenticate(
  deps: PlaneDeps,
  exchange: Exchange,
  authorization: string | null,
): Promise<Client> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthorised('no bearer token');
  const snapshot = deps.registry.current();
  const client = token.startsWith('gh_')
    ? clientOfKey(snapshot, exchange, token, deps.clock.now())
    : await clientOfWorkload(deps, snapshot, exchange, token);
  exchange.client = client;
  if (client.state !== 'active') throw unauthorised(`client ${client.state}`);
  if (!deps.environments.has(client.environment)) throw unauthorised('environment not served');
  return client;
}

function clientOfKey(snapshot: Snapshot, exchange: Exchange, key: string, nowMs: number): Client {
  const parts = parseClientKey(key);
  const credential = parts === null ? undefined : snapshot.credentials.get(parts.keyId);
  if (credential === undefined) throw unauthorised('unknown key');
  const hash = createHash('sha256').update(key).digest();
  if (!timingSafeEqual(hash, Buffer.from(credential.secretHash, 'hex'))) throw unauthorised('wrong secret');
  exchange.keyId = credential.keyId;
  const client = snapshot.clients.get(credential.clientId);
  if (client?.environment !== parts?.environment) throw unauthorised('key of another environment');
  if (!isLive(credential, nowMs)) throw unauthorised('revoked or expired key');
  if (client === undefined) throw unauthorised('no such client');
  return client;
}

async function clientOfWorkload(
  deps: PlaneDeps,
  snapshot: Snapshot,
  exchange: Exchange,
  token: string,
): Promise<Client> {
  const identity = await deps.workloads.verify(token, snapshot);
  if (identity === null) throw unauthorised('workload token refused');
  const clientId = snapshot.workloads.get(workloadKey(identity.issuer, identity.subject));
  const client = clientId === undefined ? undefined : snapshot.clients.get(clientId);
  if (client === undefined) throw unauthorised('no client for this workload');
  exchange.keyId = 'workload';
  exchange.workload = client.workload;
  return client;
}

function unauthorised(detail: string): GatewayError {
  return new GatewayError('GW_TOKEN', {
    detail,
    headers: { 'WWW-Authenticate': 'Bearer realm="gatehouse", error="invalid_token"' },
  });
}
