/** Addresses new notices and sends what is due. Receivers do not wait for each other. */
import type { SendResult } from '../adapters/notices/send-result.js';

export interface NoticesDeps<D> {
  /** Decides who receives new notices. @returns how many it addressed */
  readonly address: () => Promise<number>;
  readonly due: () => Promise<readonly D[]>;
  /** Where a delivery goes: those to the same place are sent one after another. */
  readonly placeOf: (delivery: D) => string;
  /** @returns whether this worker may make the attempt */
  readonly claim: (delivery: D) => Promise<boolean>;
  readonly send: (delivery: D) => Promise<SendResult>;
  readonly mark: (delivery: D, result: SendResult) => Promise<void>;
  readonly signal: AbortSignal;
}

export async function run<D>(deps: NoticesDeps<D>): Promise<void> {
  const { address, due, placeOf, signal } = deps;
  while (!signal.aborted && (await address()) > 0);
  const byPlace = Map.groupBy(await due(), placeOf);
  const outcomes = await Promise.allSettled([...byPlace.values()].map((each) => sendInTurn(deps, each)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Until one fails: the others to this place wait for the next run. */
async function sendInTurn<D>(
  { claim, send, mark, signal }: NoticesDeps<D>,
  deliveries: readonly D[],
): Promise<void> {
  for (const delivery of deliveries) {
    if (signal.aborted) return;
    if (!(await claim(delivery))) continue;
    const result = await send(delivery);
    await mark(delivery, result);
    if (result.state === 'failed') return;
  }
}
