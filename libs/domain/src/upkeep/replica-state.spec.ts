import { expect, it } from 'vitest';
import { REPLICA_REPORT_MS, replicaState } from './replica-state.js';

it.each([
  [0, [], 'well'],
  [REPLICA_REPORT_MS, ['KMS'], 'unwell'],
  [3 * REPLICA_REPORT_MS, [], 'well'],
  [35_001, [], 'silent'],
  [35_001, ['KMS'], 'silent'],
])('seen %i ms ago with faults %j: %s', (sinceSeenMs, faults, state) => {
  expect(replicaState(sinceSeenMs, faults)).toBe(state);
});
