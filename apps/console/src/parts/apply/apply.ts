import type { RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { ApplyProgress } from '@gatehouse/contracts/registry/registry-resources';
import { AwaitingApproval } from '../../api/awaiting-approval.js';
import { callRoute, callRouteForLines } from '../../api/call-route.js';
import { NO_ANSWER, ProblemError } from '../../api/problem-error.js';

export const CHECK_PAGE = 'Reload the page to see whether the change was made.';

/**
 * Applies a small registry document, whose progress nobody needs to see.
 * @throws ProblemError; AwaitingApproval if a second person must approve it first
 */
export async function apply(document: RegistryDocument): Promise<void> {
  let last: ApplyProgress | undefined;
  for await (const line of callRouteForLines('registryApply', { body: { document } })) last = line;
  if (last?.type === 'done') return;
  if (last?.type === 'pending')
    throw new AwaitingApproval(await callRoute('changeShow', { params: { id: last.id } }));
  throw last?.type === 'failed'
    ? new ProblemError(NO_ANSWER, [last.title, last.detail].filter(Boolean).join(' '))
    : new ProblemError(NO_ANSWER, `The connection was lost. ${CHECK_PAGE}`);
}
