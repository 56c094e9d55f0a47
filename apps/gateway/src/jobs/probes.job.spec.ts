import { expect, it } from 'vitest';
import type { ProbeRow } from '../adapters/probes/probe-results.js';
import { type ProbesDeps, run } from './probes.job.js';

const ROW = { reads: [], limits: [], code: null, attemptId: null };

function probing(batches: readonly (readonly string[])[], ask: ProbesDeps['ask']) {
  const left = [...batches];
  const stored: string[] = [];
  const deps: ProbesDeps = {
    claim: async () => (left.shift() ?? []).map((applicationId) => ({ applicationId, odsCode: 'R69' })),
    ask,
    store: async (rows: readonly ProbeRow[]) =>
      void stored.push(...rows.map(({ applicationId }) => applicationId)),
    log: { warn: () => undefined },
    signal: new AbortController().signal,
  };
  return { deps, stored, left };
}

it('asks about one batch after the other', async () => {
  const { deps, stored } = probing([['a', 'b'], ['c']], async () => ROW);
  await run(deps);
  expect(stored).toEqual(['a', 'b', 'c']);
});

it('fails where a result could not be recorded, keeps the others, and takes on no more', async () => {
  const { deps, stored, left } = probing([['a', 'b'], ['c']], async ({ applicationId }) => {
    if (applicationId === 'a') throw new Error('the trail is away');
    return ROW;
  });
  await expect(run(deps)).rejects.toThrow('1 probes could not be recorded');
  expect([stored, left]).toEqual([['b'], [['c']]]);
});
