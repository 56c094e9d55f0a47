/** What the history of the registry says of signing keys. */
import type pg from 'pg';

/** The life of a signing key, as the columns that its steps set. */
export const KEY_LIFE = [
  ...['created_at', 'published_at', 'confirmed_at', 'proven_at', 'activated_at'],
  ...['retired_at', 'removed_at', 'disabled_at'],
];

interface Change {
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>>;
}

/** By kid, the times that each change of a key set which were not set before, in order. */
export async function keyStories(sql: pg.Pool): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<Change>(
    `SELECT before, after FROM registry_change WHERE table_name = 'signing_key' ORDER BY n`,
  );
  const stories = new Map<string, string[]>();
  for (const { before, after } of rows) {
    const isSet = (row: Change['before'], column: string) => (row?.[column] ?? null) !== null;
    const set = KEY_LIFE.filter((column) => isSet(after, column) && !isSet(before, column));
    const kid = String(after['kid']);
    stories.set(kid, [...(stories.get(kid) ?? []), set.join()]);
  }
  return stories;
}
