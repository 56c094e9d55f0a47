/** A patch that `git apply` takes, from pieces of a file before and after. */

/** A run of lines and what takes its place. The pieces of a file, in order, are the whole file. */
export interface Piece {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

const CONTEXT = 3;

/**
 * @param path of the file from the root of the checkout
 * @returns the patch, or an empty text if nothing changes
 */
export function unifiedDiff(path: string, pieces: readonly Piece[]): string {
  const lines = pieces.flatMap(linesOf);
  const changed = lines.flatMap(({ sign }, at) => (sign === ' ' ? [] : [at]));
  if (changed.length === 0) return '';
  const hunks: string[] = [];
  for (let first = 0; first < changed.length;) {
    let last = first;
    while ((changed[last + 1] ?? Infinity) - (changed[last] ?? 0) <= 2 * CONTEXT) last += 1;
    const from = Math.max(0, (changed[first] ?? 0) - CONTEXT);
    hunks.push(hunk(lines, from, Math.min(lines.length, (changed[last] ?? 0) + CONTEXT + 1)));
    first = last + 1;
  }
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${hunks.join('')}`;
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const within = lines.slice(from, to);
  const start = (sign: '-' | '+') => count(lines.slice(0, from), sign) + 1;
  const range = (sign: '-' | '+') => `${sign}${start(sign)},${count(within, sign)}`;
  return `@@ ${range('-')} ${range('+')} @@\n${within.map(({ sign, text }) => `${sign}${text}\n`).join('')}`;
}

const count = (lines: readonly Line[], sign: '-' | '+'): number =>
  lines.filter((line) => line.sign === ' ' || line.sign === sign).length;

/** What a piece has in common at its beginning and end stays as it is. */
function linesOf({ before, after }: Piece): Line[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const as = (sign: Line['sign'], texts: readonly string[]): Line[] => texts.map((text) => ({ sign, text }));
  return [
    ...as(' ', before.slice(0, head)),
    ...as('-', before.slice(head, before.length - tail)),
    ...as('+', after.slice(head, after.length - tail)),
    ...as(' ', before.slice(before.length - tail)),
  ];
}
