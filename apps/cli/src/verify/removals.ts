/**
 * The months that left the database before an export was made (docs/audit.md, "Removing a month"). Each has an event in the trail
 * that covers all its stretches; without it, rows are missing.
 */
import { createHash } from 'node:crypto';
import type { Place, Report } from './attempts.js';
import type { RemovalLine, RemovedLine, RowLine } from './export-lines.js';

export interface RemovedMonth {
  readonly month: string;
  /** SHA-256 of the manifest of its archive. */
  readonly manifestSha256: string;
  /** Rows of this export that are in the archive alone. */
  readonly rows: number;
}

interface Removal {
  readonly line: RemovalLine;
  readonly at: Place;
  readonly ranges: RemovedLine[];
  /** The facts of its event. */
  facts: Readonly<Record<string, unknown>> | null;
}

const EVENT = 'TRAIL_MONTH_REMOVED';

export class Removals {
  readonly #removals = new Map<string, Removal>();
  /** The chains whose first row left as well. */
  readonly #withoutFirst = new Set<string>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  add(line: RemovalLine, at: Place): void {
    if (this.#removals.has(line.removal)) this.#report(at, 'the removal is declared a second time');
    this.#removals.set(line.removal, { line, at, ranges: [], facts: null });
  }

  addRange(range: RemovedLine, at: Place): void {
    if (range.fromSeq === 1) this.#withoutFirst.add(range.writer);
    const removal = this.#removals.get(range.removal);
    if (removal === undefined) this.#report(at, 'the removed rows belong to no removal that is declared');
    else removal.ranges.push(range);
  }

  readRow({ writer, seq, record }: RowLine): void {
    const removal = this.#removals.get(writer);
    const { event, facts } = record;
    if (removal === undefined || seq !== 1 || event !== EVENT) return;
    removal.facts = typeof facts === 'object' ? (facts as Removal['facts']) : null;
  }

  /** @param isWhole the export has the whole trail, and so the event and all stretches of each removal */
  finish(isWhole: boolean): RemovedMonth[] {
    return [...this.#removals.values()].map(({ line, at, ranges, facts }) => {
      const { month, removal, manifestSha256, rangesSha256 } = line;
      // An event leaves with its own month, and is then covered by the event of that one.
      if (isWhole && facts === null && !this.#withoutFirst.has(removal))
        this.#report(at, `rows of ${month} were removed, and no event of the trail says so`);
      if (facts !== null && !isSame(facts, { month, manifestSha256, rangesSha256 }))
        this.#report(at, `the event of the removal of ${month} says something else`);
      if (isWhole && hashOf(ranges) !== rangesSha256)
        this.#report(at, `other rows are missing than those that were removed with ${month}`);
      return {
        ...{ month, manifestSha256 },
        rows: ranges.reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0),
      };
    });
  }
}

const isSame = (
  facts: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, string>>,
): boolean => Object.entries(expected).every(([name, value]) => facts[name] === value);

/** Of a line for each stretch, by chain and number. */
function hashOf(ranges: readonly RemovedLine[]): string {
  const lines = ranges
    .toSorted((a, b) => (a.writer === b.writer ? a.fromSeq - b.fromSeq : a.writer < b.writer ? -1 : 1))
    .map(
      ({ writer, fromSeq, toSeq, prevHash, hash }) =>
        `${writer} ${String(fromSeq)} ${String(toSeq)} ${prevHash} ${hash}\n`,
    );
  return createHash('sha256').update(lines.join('')).digest('hex');
}
