/** How much one registry file may list. Checked before its shape is, since that would take as long as the file is large. */
import { SPLIT_THE_FILE } from '@gatehouse/domain/input/text-file';
import type { FaultAt } from '../problem.js';

/** Everything in lists counts: each entry, and each item of a list within it, such as a grant. */
export const MAX_LISTED = 50_000;

/** @param document anything; @param pointer JSON pointer to it */
export function sizeFaults(document: unknown, pointer = ''): FaultAt[] {
  const listed = countListed(document);
  if (listed <= MAX_LISTED) return [];
  const [count, limit] = [listed, MAX_LISTED].map((number) => number.toLocaleString('en-GB'));
  const detail = `the file lists ${count} entries, and ${limit} fit into one: ${SPLIT_THE_FILE}`;
  return [{ pointer, detail }];
}

/** The items of all lists, at any depth. */
function countListed(document: unknown): number {
  const waiting: unknown[] = [document];
  let count = 0;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) count += value.length;
    for (const item of Object.values(value)) if (typeof item === 'object') waiting.push(item);
  }
  return count;
}
