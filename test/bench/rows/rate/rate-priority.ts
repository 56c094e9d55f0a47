/** A user beside a batch of the same application that takes every slot it can get: part of row (l). */
import { startStack } from '../../../support/servers/stack.ts';
import { addPerson, onboardUsers, signIn } from '../../../support/users/onboard-users.ts';
import type { Later } from '../../benchmark.ts';
import { percentile } from '../../load/figures.ts';
import { keepInFlight, openLoop, type Sample } from '../../load/open-loop.ts';
import type { Target } from '../../load/target.ts';
import type { Bench } from '../../row.ts';
import { CODE_SYSTEM } from '../../servers/gatehouse.ts';

/** As many as fit into the queue of two seconds beside a user. */
const BATCH_IN_FLIGHT = 16;
const USER_PER_SECOND = 2;

export async function measurePriority(
  { isQuick, seconds, record }: Pick<Bench, 'isQuick' | 'seconds' | 'record'>,
  later: Later,
): Promise<void> {
  const stack = await startStack({ settings: { GATEHOUSE_LOG_LEVEL: 'info' } });
  later(() => stack.stop());
  const { clientKey } = await onboardUsers(stack, [['R69']]);
  const targetOf = async (userId: string, headers: Readonly<Record<string, string>>): Promise<Target> => {
    await addPerson(stack, { userId, roles: { R69: ['REFERRING_CLINICIAN'] } });
    const { handle } = await signIn(stack, clientKey, userId);
    const common = { origin: stack.gateway.partner, path: CODE_SYSTEM, keys: [clientKey] };
    return { ...common, sessions: [handle], headers };
  };
  const user = await targetOf('730000000001', {});
  const batch = await targetOf('730000000002', { 'gatehouse-user-activity': 'background' });
  for (const target of [user, batch]) await openLoop(target, USER_PER_SECOND, 2);

  const duration = isQuick ? 3 * seconds : 60;
  const alone = await openLoop(user, USER_PER_SECOND, duration);
  const [beside, ofBatch] = await Promise.all([
    openLoop(user, USER_PER_SECOND, duration),
    keepInFlight(batch, BATCH_IN_FLIGHT, duration),
  ]);
  for (const [who, samples] of Object.entries({ alone, beside, batch: ofBatch })) {
    const figures = { p50Ms: msAt(samples, 0.5), p99Ms: msAt(samples, 0.99) };
    const failed = samples.filter(({ ok }) => !ok).length;
    const name = { alone: 'a user alone', beside: 'a user beside a batch', batch: 'the batch' }[who] ?? who;
    console.log(
      `  ${name}: p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms of ${samples.length}; failed ${failed}`,
    );
    record({ part: 'priority', who, ...figures, requests: samples.length, failed });
  }
}

function msAt(samples: readonly Sample[], share: number): number {
  const all = samples.map(({ ms }) => ms);
  return Math.round(percentile(all, share));
}
