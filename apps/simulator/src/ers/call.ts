import type { BackEndIdentity } from '../apim/back-end-identity.js';
import type { Exchange } from '../wire/exchange.js';
import type { Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { ErsError } from './ers-errors.js';
import type { InteractionRow } from './interactions.js';
import type { Related } from './records/related.js';

/** An admitted call: routed, identified, its headers and media types checked. */
export interface ErsCall {
  readonly world: World;
  readonly exchange: Exchange;
  readonly row: InteractionRow;
  readonly isR4: boolean;
  readonly identity: BackEndIdentity;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed body of an interaction that takes JSON; an empty object otherwise. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type Handler = (call: ErsCall) => Reply;

/** Whether the calling organisation has a relationship. With `relationships: "any"`, and in the sandbox, every one has. */
export function isRelated(call: ErsCall, thing: Related): boolean {
  const { relationships, authorisation } = call.world.settings;
  return (
    relationships === 'any' || authorisation === 'none' || thing.organisations.has(call.identity.odsCode)
  );
}

/** Rejects an organisation without a relationship: 422 on STU3 unless the interaction has another status, 403 on R4. */
export function requireRelationship(
  call: ErsCall,
  thing: Related,
  status: number = call.isR4 ? 403 : 422,
): void {
  if (!isRelated(call, thing)) {
    throw new ErsError(
      status,
      'NO_RELATIONSHIP',
      `Organisation ${call.identity.odsCode} does not have a legitimate relationship with the request`,
    );
  }
}

export function notFound(isR4: boolean, what: string): ErsError {
  return new ErsError(404, isR4 ? 'REC_NOT_FOUND' : undefined, `${what} not found`);
}

/** Marks the request as one that changed something. */
export function changed(call: ErsCall): void {
  call.exchange.notes.stateChange = true;
}
