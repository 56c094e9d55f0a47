/** What `after` may hold: the `next` of the page before. Each list has the shape of its own cursors. */
import { z } from 'zod';
import { clientName, environmentName, messageSetName } from './registry/identifiers.js';

const REFUSED = 'send the next of the page before, of the same list';
/** A name of 200 characters takes 800 bytes, and base64 a third more. */
const MOST_CHARACTERS = 2_000;

const cursorThat = (fits: (cursor: string) => boolean) => z.string().refine(fits, { error: REFUSED });
const matching = (pattern: RegExp) => cursorThat((cursor) => pattern.test(cursor));

const uuid = z.uuid();
/** PostgreSQL knows no year 0. */
const instant = z.iso.datetime().regex(/^[12]/);

export const idCursor = cursorThat((cursor) => uuid.safeParse(cursor).success);
/** An instant and the id of the row: `2026-03-02T09:00:00.000Z|<id>`. */
export const instantCursor = cursorThat((cursor) => {
  const [at, id, more] = cursor.split('|');
  return more === undefined && instant.safeParse(at).success && uuid.safeParse(id).success;
});
/** The number of a row. */
export const numberCursor = matching(/^[0-9]{1,18}$/);
/** The public id of a key or token. */
export const keyIdCursor = matching(/^[0-9A-Za-z]{12}$/);
export const kidCursor = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
export const messageSetCursor = cursorThat((cursor) => messageSetName.safeParse(cursor).success);
/** `int/worklist-sync`. */
export const clientCursor = cursorThat((cursor) => {
  const [environment, client, more] = cursor.split('/');
  const isPair = environmentName.safeParse(environment).success && clientName.safeParse(client).success;
  return isPair && more === undefined;
});
/** Base64url of what only the list itself can judge. */
export const opaqueCursor = matching(new RegExp(`^[A-Za-z0-9_-]{1,${MOST_CHARACTERS}}$`));
