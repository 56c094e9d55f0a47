import { apply } from '../answers.ts';
import { ALL_INTERACTIONS } from '../onboard.ts';
import { type Stack, startStack } from '../servers/stack.ts';

/** A Gatehouse with an open environment, as the NHS sandbox is, and the key of a client that calls for users there. */
export async function startOpenWard(): Promise<{ readonly stack: Stack; readonly key: string }> {
  const stack = await startStack({ worker: false, environments: ['sandbox'], openEnvironments: ['sandbox'] });
  const grants = [{ organisation: 'R69', product: 'ReferWell', accessMode: 'user-restricted' }];
  await apply(stack, {
    organisations: [{ odsCode: 'R69', name: 'Synthetic Trust R69' }],
    products: [{ name: 'ReferWell' }],
    messageSets: [{ name: 'everything', interactions: ALL_INTERACTIONS.filter((id) => id !== 'A038') }],
    applications: [{ ...grants[0], environment: 'sandbox', messageSets: ['everything'], state: 'live' }],
    clients: [{ name: 'ward', environment: 'sandbox', grants }],
  });
  await stack.settled();
  const { key } = await stack.admin<{ key: string }>('POST', '/clients/sandbox/ward/keys', {});
  await stack.settled();
  return { stack, key };
}
