/** Addresses new notices and sends what is due. Receivers do not wait for each other. */
import type { SendResult } from '../adapters/notices/send-result.js';
import { causeOf } from './queue/background-job.js';

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
  /** Leaves the place of this delivery alone for a while. */
  readonly rest: (delivery: D) => Promise<void>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Places that are called at the same time. */
const MOST_PLACES = 8;
/** No attempt begins later in a run, so that the last one ends within the limit of the job. */
const RUN_MS = 60_000;

export async function run<D>(deps: NoticesDeps<D>): Promise<void> {
  const { address, due, placeOf, now, signal } = deps;
  const endMs = now() + RUN_MS;
  while (!signal.aborted && (await address()) > 0);
  const places = [...Map.groupBy(await due(), placeOf).values()];
  const failures: unknown[] = [];
  const sendPlaces = async (): Promise<void> => {
    for (let place = places.shift(); place !== undefined; place = places.shift())
      await sendInTurn(deps, place, endMs).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: MOST_PLACES }, sendPlaces));
  if (failures.length > 0) throw failures[0];
}

/** Until the place turns out to be away: the others to it wait for a later run. */
async function sendInTurn<D>(
  { claim, send, mark, rest, now, signal }: NoticesDeps<D>,
  deliveries: readonly D[],
  endMs: number,
): Promise<void> {
  for (const delivery of deliveries) {
    if (signal.aborted || now() >= endMs) return;
    if (!(await claim(delivery))) continue;
    const result = await send(delivery).catch(failed);
    await mark(delivery, result);
    if (result.state !== 'failed' || result.concerns === 'message') continue;
    await rest(delivery);
    return;
  }
}

/** An attempt that could not even be made, as when KMS can't be reached. */
const failed = (error: unknown): SendResult => ({
  ...{ state: 'failed', cause: causeOf(error), concerns: 'place' },
});
