import { CIS2_PATH } from '../cis2/paths.js';
import { ERS_BASE_PATH } from '../apim/base-path.js';
import { requestHeader, type Exchange } from '../wire/exchange.js';
import type { Fault, FaultMatch, FaultOrder } from './fault.js';

export interface ArmedFault extends FaultOrder {
  readonly id: string;
  hits: number;
}

/** The faults in force. The oldest one that matches a request applies to it. */
export class FaultBook {
  #armed: ArmedFault[] = [];
  #nextId = 1;

  arm(order: FaultOrder): ArmedFault {
    const armed: ArmedFault = { id: String(this.#nextId++), hits: 0, ...order };
    this.#armed.push(armed);
    return armed;
  }

  list(): readonly ArmedFault[] {
    return this.#armed;
  }

  disarm(id: string): boolean {
    const before = this.#armed.length;
    this.#armed = this.#armed.filter((fault) => fault.id !== id);
    return this.#armed.length < before;
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that applies to this request, counted as a hit. */
  take(exchange: Exchange): Fault | undefined {
    if (this.#armed.length === 0) return undefined;
    for (const armed of this.#armed) {
      if (armed.target !== exchange.target) continue;
      if (armed.times !== undefined && armed.hits >= armed.times) continue;
      if (!matches(exchange, armed.match)) continue;
      if (armed.probability !== undefined && Math.random() >= armed.probability) continue;
      armed.hits += 1;
      return armed.fault;
    }
    return undefined;
  }
}

function matches(exchange: Exchange, match: FaultMatch | undefined): boolean {
  if (match === undefined) return true;
  const { method, pathPrefix, apiKey, correlationId, kmsAction, grantType } = match;
  return (
    (method === undefined || exchange.method === method) &&
    (pathPrefix === undefined ||
      exchange.path.startsWith(pathPrefix) ||
      exchange.path.startsWith(ERS_BASE_PATH + pathPrefix) ||
      exchange.path.startsWith(CIS2_PATH + pathPrefix)) &&
    (apiKey === undefined || exchange.notes.apiKey === apiKey) &&
    (correlationId === undefined || requestHeader(exchange, 'x-correlation-id') === correlationId) &&
    (grantType === undefined || exchange.notes.grantType === grantType) &&
    (kmsAction === undefined || exchange.notes.kmsAction === kmsAction)
  );
}
