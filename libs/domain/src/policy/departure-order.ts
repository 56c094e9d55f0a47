/**
 * Which of the requests that wait for a slot of one application leaves first: by class, weighted so that none starves,
 * and within a class among clients by their shares. Pure; times are monotonic ms.
 */
import type { Operation } from '../ers/catalogue.js';
import type { RateShare } from '../registry/records/vocabulary.js';

export type DepartureClass = 'user' | 'write' | 'read' | 'background';

/** While all classes wait, they leave in these proportions. */
const WEIGHTS: Readonly<Record<DepartureClass, number>> = { user: 8, write: 4, read: 2, background: 1 };
/** No request that came later leaves before a write that has waited for so long. */
const WRITE_OVERTAKEN_MS = 1_000;
/** The worklists, which services read again and again. */
const BACKGROUND_INTERACTIONS: ReadonlySet<string> = new Set(['A008', 'A023']);

const SHARE_WEIGHTS: Readonly<Record<RateShare, number>> = { single: 1, double: 2, fourfold: 4 };

/** @param share of the client; a caller without a client, such as a probe, has a single one */
export function weightOf(share: RateShare | undefined): number {
  return SHARE_WEIGHTS[share ?? 'single'];
}

export interface DepartureRank {
  readonly class: DepartureClass;
  readonly isWrite: boolean;
  readonly clientId: string;
  /** How many turns the client has for one of a client whose share is single. */
  readonly clientWeight: number;
}

/** @param isBackground the caller says that no user waits for the answer (`Gatehouse-User-Activity: background`) */
export function departureClass(
  { interaction, readOnly }: Pick<Operation, 'interaction' | 'readOnly'>,
  isUser: boolean,
  isBackground: boolean,
): DepartureClass {
  if (isBackground || BACKGROUND_INTERACTIONS.has(interaction)) return 'background';
  if (isUser) return 'user';
  return readOnly ? 'read' : 'write';
}

export interface WaitingDeparture extends DepartureRank {
  readonly sinceMs: number;
}

/** By key, what those that wait are owed: the one that is owed most is next. One that doesn't wait is owed nothing. */
type Owed = ReadonlyMap<string, number>;

export interface DepartureOrder {
  readonly classes: Owed;
  readonly clients: ReadonlyMap<DepartureClass, Owed>;
}
export const NO_DEPARTURES: DepartureOrder = { classes: new Map(), clients: new Map() };

/**
 * @param waiting in the order in which they came; not empty
 * @returns the place in `waiting` of the one that leaves, and the order once it has left
 */
export function nextToLeave(
  waiting: readonly WaitingDeparture[],
  order: DepartureOrder,
  nowMs: number,
): { readonly index: number; readonly order: DepartureOrder } {
  const classes = shareOut(order.classes, weightsOf(waiting));
  const nextClass = mostOwed(classes);
  const ofClass = waiting.filter((rank) => rank.class === nextClass);
  const nextClient = mostOwed(shareOut(order.clients.get(nextClass) ?? new Map(), clientsOf(ofClass)));
  const fair = waiting.findIndex((rank) => rank.class === nextClass && rank.clientId === nextClient);
  const write = waiting.findIndex(({ isWrite, sinceMs }) => isWrite && nowMs - sinceMs >= WRITE_OVERTAKEN_MS);
  const index = write !== -1 && write < fair ? write : fair;
  return { index, order: afterDeparture(waiting, index, order) };
}

function afterDeparture(
  waiting: readonly WaitingDeparture[],
  index: number,
  order: DepartureOrder,
): DepartureOrder {
  const left = waiting[index];
  if (left === undefined) return order;
  const clients = clientsOf(waiting.filter((rank) => rank.class === left.class));
  const owed = order.clients.get(left.class) ?? new Map<string, number>();
  return {
    classes: settle(shareOut(order.classes, weightsOf(waiting)), left.class, weightsOf(waiting)),
    clients: new Map(order.clients).set(left.class, settle(shareOut(owed, clients), left.clientId, clients)),
  };
}

/** With each slot everyone who waits is owed as much more as its weight is. */
function shareOut<Key extends string>(owed: Owed, weights: ReadonlyMap<Key, number>): Map<Key, number> {
  return new Map([...weights].map(([key, weight]) => [key, (owed.get(key) ?? 0) + weight]));
}

/** The one that is given the slot pays for it what all of them were owed. */
function settle(owed: Map<string, number>, key: string, weights: ReadonlyMap<string, number>): Owed {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return owed.set(key, (owed.get(key) ?? 0) - total);
}

/** The first, of several. */
function mostOwed<Key extends string>(owed: ReadonlyMap<Key, number>): Key {
  return [...owed].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

function weightsOf(waiting: readonly DepartureRank[]): Map<DepartureClass, number> {
  return new Map(waiting.map((rank) => [rank.class, WEIGHTS[rank.class]]));
}

function clientsOf(waiting: readonly DepartureRank[]): Map<string, number> {
  return new Map(waiting.map(({ clientId, clientWeight }) => [clientId, clientWeight]));
}

/**
 * How many of those that wait will leave before one that comes now, if nobody else comes: of its own client all, of
 * each other client of its class as many as of its own by their shares, and of the other classes what their weight gives
 * them.
 */
export function placesAhead(waiting: readonly DepartureRank[], mine: DepartureRank): number {
  const ofClasses = new Map<DepartureClass, number>();
  const ofClients = new Map<string, number>();
  for (const rank of waiting) {
    if (rank.class === mine.class) ofClients.set(rank.clientId, (ofClients.get(rank.clientId) ?? 0) + 1);
    else ofClasses.set(rank.class, (ofClasses.get(rank.class) ?? 0) + 1);
  }
  const own = ofClients.get(mine.clientId) ?? 0;
  ofClients.delete(mine.clientId);
  const weights = clientsOf(waiting);
  let ahead = own;
  for (const [other, count] of ofClients) {
    const turns = ((own + 1) * (weights.get(other) ?? 1)) / mine.clientWeight;
    ahead += Math.min(count, Math.ceil(turns));
  }
  const turn = ahead + 1;
  for (const [other, count] of ofClasses)
    ahead += Math.min(count, Math.ceil((turn * WEIGHTS[other]) / WEIGHTS[mine.class]));
  return ahead;
}
