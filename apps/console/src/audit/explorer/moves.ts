/** Which line a key leads to, and which filter finds more like it. */

type Line = Readonly<Record<string, unknown>>;

/**
 * @param at the place of the line with the focus; -1: none has it
 * @returns the place of the next line; null: the key does not move
 */
export function moved(key: string, at: number, lines: number): number | null {
  if (lines === 0) return null;
  if (key === 'ArrowDown') return Math.min(at + 1, lines - 1);
  if (key === 'ArrowUp') return Math.max(at - 1, 0);
  return null;
}

/** Of the same organisation, interaction and code; of a request without a code, with the same outcome. */
export function likeIt({ organisation, interaction, code, outcome, event }: Line): Line {
  const same = typeof event === 'string' ? { event, organisation } : { organisation, interaction, code };
  const known = Object.entries(same).filter(([, value]) => typeof value === 'string');
  const hasCode = typeof event === 'string' || typeof code === 'string';
  return { ...Object.fromEntries(known), ...(hasCode || typeof outcome !== 'string' ? {} : { outcome }) };
}
