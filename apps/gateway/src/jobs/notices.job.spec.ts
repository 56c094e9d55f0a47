import { beforeEach, expect, it } from 'vitest';
import type { SendResult } from '../adapters/notices/send-result.js';
import { type NoticesDeps, run } from './notices.job.js';

interface Sent {
  readonly place: string;
  readonly nth: number;
}
const AWAY: SendResult = { state: 'failed', cause: 'away', concerns: 'place' };

let nowMs: number;
let sent: string[];
let marked: [string, SendResult['state'], string | null][];
let rested: string[];
beforeEach(() => {
  nowMs = 0;
  [sent, marked, rested] = [[], [], []];
});

const to = (place: string, count: number): Sent[] =>
  Array.from({ length: count }, (_, at) => ({ place, nth: at + 1 }));
const nameOf = ({ place, nth }: Sent): string => `${place}${String(nth)}`;

function sending(
  due: readonly Sent[],
  answer: (delivery: Sent) => SendResult | Promise<SendResult> = () => ({ state: 'sent' }),
): NoticesDeps<Sent> {
  return {
    address: () => Promise.resolve(0),
    due: () => Promise.resolve(due),
    placeOf: ({ place }) => place,
    claim: () => Promise.resolve(true),
    async send(delivery) {
      sent.push(nameOf(delivery));
      return answer(delivery);
    },
    async mark(delivery, result) {
      marked.push([nameOf(delivery), result.state, 'cause' in result ? result.cause : null]);
    },
    async rest({ place }) {
      rested.push(place);
    },
    now: () => nowMs,
    signal: new AbortController().signal,
  };
}

it('a place that is away is tried once and left alone, and the others receive theirs', async () => {
  await run(
    sending([...to('a', 3), ...to('b', 2)], ({ place }) => (place === 'a' ? AWAY : { state: 'sent' })),
  );
  expect(sent.toSorted()).toEqual(['a1', 'b1', 'b2']);
  expect(rested).toEqual(['a']);
});

it('a message that is not taken holds up no other to its place', async () => {
  const notNow: SendResult = { state: 'failed', cause: '451', concerns: 'message' };
  await run(sending(to('mail', 3), ({ nth }) => (nth === 1 ? notNow : { state: 'sent' })));
  expect([sent, rested]).toEqual([['mail1', 'mail2', 'mail3'], []]);
});

it('an attempt that throws is marked as failed, so that no delivery stays under way', async () => {
  await run(sending(to('a', 2), () => Promise.reject(new Error('KMS is away'))));
  expect([marked, rested]).toEqual([[['a1', 'failed', 'KMS is away']], ['a']]);
});

it('what can’t be marked fails the run, after all others had their turn', async () => {
  const deps = sending([...to('a', 1), ...to('b', 1)]);
  const mark: typeof deps.mark = async (delivery, result) => {
    if (delivery.place === 'a') throw new Error('the database is away');
    return deps.mark(delivery, result);
  };
  await expect(run({ ...deps, mark })).rejects.toThrow('the database is away');
  expect(marked.map(([name]) => name)).toEqual(['b1']);
});

it('calls at most eight places at the same time', async () => {
  let [calling, most] = [0, 0];
  const places = Array.from({ length: 30 }, (_, at) => to(`place${String(at)}-`, 1)).flat();
  await run(
    sending(places, async () => {
      calling += 1;
      most = Math.max(most, calling);
      await new Promise(setImmediate);
      calling -= 1;
      return { state: 'sent' };
    }),
  );
  expect([sent.length, most]).toEqual([30, 8]);
});

it('begins no attempt after a minute, so that the run ends within its limit', async () => {
  await run(
    sending(to('mail', 10), () => {
      nowMs += 20_000;
      return { state: 'sent' };
    }),
  );
  expect(sent).toEqual(['mail1', 'mail2', 'mail3']);
});

it('begins no attempt after it was stopped', async () => {
  const stop = new AbortController();
  const deps = sending(to('mail', 3), () => {
    stop.abort();
    return { state: 'sent' };
  });
  await run({ ...deps, signal: stop.signal });
  expect(sent).toEqual(['mail1']);
});
