/**
 * Remembers what the policy allowed. A decision reads nothing but the snapshot, the request and the clock, so it is the
 * same for every request that asks for the same, as long as the snapshot is and until `validUntilMs`. Refusals are not
 * remembered, nor is what depends on a user session; the client's credential is checked by the caller each time.
 */
import type { Client, Snapshot } from '../registry/registry.js';
import { decide } from './decide.js';
import type { Allowed, Decision, PolicyRequest } from './policy.js';

/** What a decision takes beside its key and its identity: the plan, its steps and a place in the map. */
const BYTES_OF_A_DECISION = 1_500;
const BYTES_OF_A_CHARACTER = 2;

export class DecisionMemo {
  readonly #maxBytes: number;
  #snapshot: Snapshot | null = null;
  #allowed = new Map<Client, Map<string, Allowed>>();
  #usedBytes = 0;
  #latestMs = -Infinity;

  /** @param maxBytes an estimate; when it is reached, everything is forgotten */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** As `decide`. */
  decide(snapshot: Snapshot, request: PolicyRequest): Decision {
    if (request.accessMode !== 'application-restricted') return decide(snapshot, request);
    // A clock that goes back may enter a time at which another decision was right.
    if (snapshot !== this.#snapshot || request.nowMs < this.#latestMs) this.#forget();
    this.#snapshot = snapshot;
    this.#latestMs = request.nowMs;
    const key = keyOf(request);
    const known = this.#allowed.get(request.client)?.get(key);
    if (known !== undefined && request.nowMs < known.validUntilMs) return known;
    const decision = decide(snapshot, request);
    return decision.ok ? this.#remember(request.client, key, frozen(decision)) : decision;
  }

  #remember(client: Client, key: string, decision: Allowed): Allowed {
    const bytes = BYTES_OF_A_DECISION + BYTES_OF_A_CHARACTER * (key.length + decision.plan.identity.length);
    if (this.#usedBytes + bytes > this.#maxBytes) this.#forget();
    const ofClient = this.#allowed.get(client) ?? new Map<string, Allowed>();
    // One that replaces another is counted twice, which only forgets earlier.
    this.#allowed.set(client, ofClient.set(key, decision));
    this.#usedBytes += bytes;
    return decision;
  }

  #forget(): void {
    this.#allowed = new Map();
    this.#usedBytes = 0;
  }
}

/** Whatever a decision for a client reads of its request. */
function keyOf({ environmentKind, operation, odsCode, product, capability }: PolicyRequest): string {
  return JSON.stringify([environmentKind, operation.method, operation.path, odsCode, product, capability]);
}

/** Many requests share it, and its canonical text. */
function frozen(decision: Allowed): Allowed {
  for (const step of decision.steps) Object.freeze(step);
  Object.freeze(decision.steps);
  Object.freeze(decision.plan);
  return Object.freeze(decision);
}
