/**
 * The hostile corpus (test/corpus/), sent as exact bytes over raw sockets to a whole Gatehouse. The main rule: a
 * request that is refused never reaches e-RS or its token endpoint. CORPUS_SEED repeats an order and its mutations.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { matchOperation } from '@gatehouse/domain/ers/operation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIFFERENCES, OTHER_CLASSES } from '../corpus/differences.ts';
import { faultsOf, gatewayCodeOf } from '../corpus/check.ts';
import { lateToken } from '../corpus/crowd.ts';
import { type Entry, type Expected, mannerOf, readEntries, render } from '../corpus/entries.ts';
import { fuzz } from '../corpus/mutation.ts';
import { shuffled } from '../corpus/random.ts';
import { theTrailIsWhole } from '../corpus/afterwards.ts';
import { converse } from '../corpus/wire.ts';
import { startWorld, type World } from '../corpus/world.ts';

const SEED = Number(process.env['CORPUS_SEED'] ?? Date.now() % 1_000_000);
const MUTATIONS = Number(process.env['CORPUS_MUTATIONS'] ?? 500);

const MOST_FILE_BYTES = 5_242_880;

const ALL = readEntries(new URL('../corpus/hostile.jsonl', import.meta.url));
/** Our own entries, which the corpus lacks, in its format. */
const FURTHER = readEntries(new URL('../corpus/further.jsonl', import.meta.url));
const OURS = [...ALL.filter((entry) => !(entry.class in OTHER_CLASSES)), ...FURTHER];
const RUN = OURS.filter(({ raw_latin1 }) => !raw_latin1.startsWith('#'));
const CONTROLS = RUN.filter((entry) => entry.class === 'CTRL');

let world: World;

beforeAll(async () => {
  console.log(`corpus: CORPUS_SEED=${SEED} repeats this order`);
  world = await startWorld();
  await warmUp();
});
afterAll(() => world?.stack.stop());

/** Fetches a token for each application first, so that every later request causes exactly one call. */
async function warmUp(): Promise<void> {
  const { aProvider, aReferrer, bProvider, bReferrer } = world.applications;
  for (const { clientKey } of [aProvider, aReferrer, bProvider, bReferrer]) {
    const deadline = Date.now() + 10_000;
    for (let status = 0; status !== 200; status = await specialty(clientKey)) {
      if (Date.now() > deadline) throw new Error(`a fresh client is answered ${status}`);
    }
  }
}

async function specialty(clientKey: string): Promise<number> {
  const answer = await fetch(`${world.stack.gateway.partner}/FHIR/STU3/CodeSystem/SPECIALTY`, {
    headers: { authorization: `Bearer ${clientKey}` },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** The corpus expects its runner to give CTRL-002 a worklist body that is permitted, and UPLOAD-001 its 5 MiB. */
function withBody(entry: Entry): Entry {
  if (entry.id === 'UPLOAD-001') {
    const file = 'f'.repeat(MOST_FILE_BYTES);
    const raw = entry.raw_latin1.replace('{{LEN}}', String(file.length)).replace('{{BODY}}', file);
    return { ...entry, raw_latin1: raw };
  }
  if (entry.id !== 'CTRL-002') return entry;
  const [head = ''] = entry.raw_latin1.split('\r\n\r\n');
  return { ...entry, raw_latin1: `${head}\r\n\r\n{{WORKLIST}}` };
}

function expectedOf(entry: Entry): Expected {
  return { ...entry.expected, ...DIFFERENCES[entry.id]?.instead };
}

/** The records of a refused request may be written a moment after its answer, which is long on a busy machine. */
const SETTLE_MS = 15_000;

async function run(entry: Entry): Promise<void> {
  const { simulator } = world.stack;
  const scenario = /^mock upstream scenario (\S+)$/.exec(entry.setup ?? '')?.[1];
  if (scenario !== undefined) {
    await simulator.control('POST', '/faults', { target: 'ers', times: 1, fault: { scenario } });
  }
  const expected = expectedOf(entry);
  if (withBody(entry).raw_latin1.includes('WORKLIST')) await world.newDay();
  const bytes = render(withBody(entry), world.placeholder);
  const mark = await world.mark();
  const conversation = await converse(world.stack.gateway.partner, bytes, mannerOf(entry, expected));
  const deadline = Date.now() + SETTLE_MS;
  let faults: string[];
  let traces;
  do {
    traces = await world.since(mark);
    faults = faultsOf(world, entry, expected, conversation, traces);
    if (faults.length > 0) await delay(30);
  } while (faults.length > 0 && Date.now() < deadline);
  await simulator.control('DELETE', '/faults');
  expect(faults, `${entry.note}\n${conversation.text.slice(0, 700)}`).toEqual([]);
  if (entry.id in DIFFERENCES) {
    const asListed = faultsOf(world, entry, entry.expected, conversation, traces);
    expect(asListed, `${entry.id} is expected to differ from the corpus but matches it`).not.toEqual([]);
  }
}

describe('the hostile corpus', () => {
  it('is complete: every entry runs as it is, or has a recorded reason to differ', () => {
    const ids = new Set([...ALL, ...FURTHER].map(({ id }) => id));
    expect(ids.size).toBe(ALL.length + FURTHER.length);
    expect(ALL.length).toBe(363);
    for (const id of Object.keys(DIFFERENCES)) expect(ids).toContain(id);
  });

  describe('a legitimate request passes', () => {
    it.each(CONTROLS.map((entry) => [entry.id, entry.note, entry] as const))('%s %s', (_id, _note, entry) =>
      run(entry),
    );
  });

  describe('each entry alone, in a random order', () => {
    it.each(shuffled(RUN, SEED).map((entry) => [entry.id, entry.note, entry] as const))(
      '%s %s',
      (_id, _note, entry) => run(entry),
    );
  });

  it('REDOS: the pure matcher answers within the time', () => {
    for (const { raw_path, expected } of OURS.filter((entry) => entry.expected.cpu_ms_max !== undefined)) {
      const started = process.cpuUsage();
      const rounds = 50;
      for (let round = 0; round < rounds; round += 1) expect(() => matchOperation('GET', raw_path)).toThrow();
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1000 / rounds).toBeLessThan(expected.cpu_ms_max ?? 2);
    }
  });

  it('XTEN-007: a token that arrives after its application was suspended is not used', async () => {
    expect(await lateToken(world)).toEqual([]);
  });

  it('50 entries at once do not disturb another tenant', async () => {
    const chosen = shuffled(
      RUN.filter(({ setup, methods }) => setup === undefined && methods === undefined),
      SEED + 1,
    ).slice(0, 50);
    await world.newDay();
    let done = false;
    const good = goodTraffic(() => done);
    const wrong = await Promise.all(
      chosen.map(async (entry) => {
        const expected = expectedOf(entry);
        const bytes = render(withBody(entry), world.placeholder);
        const conversation = await converse(world.stack.gateway.partner, bytes, {
          ...mannerOf(entry, expected),
          timeoutMs: 10_000,
        });
        const status = conversation.answers.at(-1)?.status ?? 0;
        const { code } = gatewayCodeOf(conversation);
        const right = expected.status.includes(status) && (entry.method === 'HEAD' || code === expected.gw);
        return right ? [] : [`${entry.id}: ${status} ${code}`];
      }),
    );
    done = true;
    const statuses = await good;
    expect(wrong.flat()).toEqual([]);
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it(`${MUTATIONS} mutations: only canonical requests reach e-RS, none causes a 5xx, and none is reflected`, async () => {
    const faults = await fuzz(
      world,
      RUN.filter(({ setup }) => setup === undefined),
      MUTATIONS,
      SEED,
    );
    expect(faults).toEqual([]);
  }, 120_000);

  describe('after the whole corpus', () => {
    theTrailIsWhole(() => world);
    it.each(CONTROLS.map((entry) => [entry.id, entry.note, entry] as const))('%s %s', (_id, _note, entry) =>
      run(entry),
    );
  });
});

/** Sends requests as tenant B, as often as e-RS allows. */
async function goodTraffic(done: () => boolean): Promise<number[]> {
  const statuses: number[] = [];
  const { bProvider, bReferrer } = world.applications;
  const work = async ({ clientKey }: { clientKey: string }): Promise<void> => {
    while (!done()) statuses.push(await specialty(clientKey));
  };
  await Promise.all([work(bProvider), work(bProvider), work(bReferrer)]);
  return statuses;
}
