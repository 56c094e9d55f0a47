import { createHash } from 'node:crypto';
import { entityTagsIn } from '@gatehouse/domain/input/entity-tags';
import { AdminProblem } from '../problem.js';

/** A record as it is shown, and the strong entity tag of exactly this state. */
export interface Tagged<T> {
  readonly record: T;
  readonly etag: string;
}

/** @param state everything that makes this state another; never a secret, since a tag would let somebody guess it */
export function tagged<T>(record: T, ...state: readonly string[]): Tagged<T> {
  const text = JSON.stringify([...state, record]);
  return { record, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}

/**
 * The entity tags of an `If-Match` header, without the `W/` that a proxy may have added. `*` is none.
 * @throws AdminProblem if-match-needed, unless there is at least one
 */
export function entityTagsOf(ifMatch: string | undefined): readonly string[] {
  const tags = entityTagsIn(ifMatch);
  if (tags.length > 0) return tags;
  throw new AdminProblem(
    'if-match-needed',
    ifMatch === undefined
      ? 'Send the header If-Match with the ETag of the record as you read it, so that nobody’s change is overwritten unseen.'
      : 'If-Match is sent, but is not an ETag. Send the ETag of the record as you read it, with its quotes: "…". An asterisk is not accepted.',
  );
}

/** To be called in the transaction that writes. @throws AdminProblem changed-meanwhile */
export function refuseStale({ etag }: Tagged<unknown>, tags: readonly string[], what: string): void {
  if (tags.includes(etag)) return;
  throw new AdminProblem(
    'changed-meanwhile',
    `Somebody has changed ${what} since you read it, and your change was not made. Read it again, see what is different, and send your change with the new ETag.`,
  );
}
