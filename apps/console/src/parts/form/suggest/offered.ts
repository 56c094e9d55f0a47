/** Which suggestions a field offers. */

/** What a field holds that the registry knows: people choose it, or type what is not registered yet. */
export type Suggested = 'organisation' | 'environment' | 'product' | 'client';

export interface Suggestion {
  /** What is filled in. */
  readonly value: string;
  /** What it is called, beside the value; empty: the value says it. */
  readonly label: string;
}

/**
 * Each value once. A list grows by one value at a time, so that what was typed before the last comma stays, and nothing
 * that it holds is offered again.
 */
export function offeredFor(
  suggestions: readonly Suggestion[],
  typed: string,
  isList: boolean,
): readonly Suggestion[] {
  const unique = [...new Map(suggestions.map((each) => [each.value, each])).values()];
  const end = typed.lastIndexOf(',') + 1;
  if (!isList || end === 0) return unique;
  const before = typed
    .slice(0, end)
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  return unique
    .filter(({ value }) => !before.includes(value))
    .map(({ value, label }) => ({ value: [...before, value].join(', '), label }));
}
