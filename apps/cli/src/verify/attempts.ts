/** Whether the rows of each attempt belong together. Decided at the end, since they may be in several chains. */
import type { RowLine } from './export-lines.js';

export type Report = (at: Place, what: string) => void;

export interface Place {
  readonly line: number;
  readonly writer: string | null;
  readonly seq: number | null;
}

interface AttemptRow extends Place {
  readonly startedAtMs: number;
  readonly outcome: unknown;
}

const KINDS = ['INTENT', 'OUTCOME', 'END', 'DENIED', 'SYSTEM'] as const;
type Kind = (typeof KINDS)[number];
type Attempt = Partial<Record<Kind, AttemptRow>>;

export class Attempts {
  readonly #attempts = new Map<string, Attempt>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  get count(): number {
    return this.#attempts.size;
  }

  add(row: RowLine, line: number): void {
    const { kind, attemptId, startedAtMs, outcome } = row.record;
    const at = { line, writer: row.writer, seq: row.seq };
    if (!isKind(kind)) return this.#report(at, 'the kind of the record is unknown');
    if (typeof attemptId !== 'string') return this.#report(at, 'the record has no attempt id');
    if (typeof startedAtMs !== 'number') return this.#report(at, 'the record has no start time');
    const attempt = this.#attempts.get(attemptId) ?? {};
    if (attempt[kind] !== undefined) {
      return this.#report(
        at,
        `attempt ${attemptId} has a second ${kind}; the first is in line ${String(attempt[kind].line)}`,
      );
    }
    attempt[kind] = { ...at, startedAtMs, outcome };
    this.#attempts.set(attemptId, attempt);
  }

  /**
   * Reports rows that don't belong together. Returns the number of attempts in progress: those with an INTENT and no
   * OUTCOME, by a writer for which `mayBeOpen`. Attempts that began outside the window may lack rows.
   */
  finish(mayBeOpen: (writer: string | null) => boolean, inWindow: (startedAtMs: number) => boolean): number {
    let open = 0;
    for (const [id, attempt] of this.#attempts) {
      const rows = KINDS.flatMap((kind) => attempt[kind] ?? []);
      const first = rows[0];
      if (first === undefined) continue;
      const differing = rows.find((row) => row.startedAtMs !== first.startedAtMs);
      if (differing !== undefined)
        this.#report(differing, `attempt ${id} has rows with different start times`);
      if (!rows.some((row) => inWindow(row.startedAtMs))) continue;
      if (attempt.INTENT !== undefined && attempt.OUTCOME === undefined && mayBeOpen(attempt.INTENT.writer))
        open += 1;
      else this.#checkPairs(id, attempt);
    }
    return open;
  }

  #checkPairs(
    id: string,
    { INTENT: intent, OUTCOME: outcome, END: end, DENIED: denied, SYSTEM: system }: Attempt,
  ): void {
    const alone = denied ?? system;
    if (alone !== undefined && (intent ?? outcome ?? end ?? (denied && system)) !== undefined) {
      this.#report(alone, `attempt ${id} has a DENIED or SYSTEM row and other rows too`);
    }
    if (intent !== undefined && outcome === undefined)
      this.#report(intent, `attempt ${id} has an INTENT and no OUTCOME`);
    if (outcome !== undefined && intent === undefined)
      this.#report(outcome, `attempt ${id} has an OUTCOME and no INTENT`);
    if (end !== undefined && outcome === undefined)
      this.#report(end, `attempt ${id} has an END and no OUTCOME`);
    if (isBefore(outcome, intent))
      this.#report(outcome, `the OUTCOME of attempt ${id} comes before its INTENT`);
    if (isBefore(end, outcome)) this.#report(end, `the END of attempt ${id} comes before its OUTCOME`);
    if (
      intent !== undefined &&
      outcome !== undefined &&
      outcome.writer !== intent.writer &&
      outcome.outcome !== 'UNKNOWN'
    ) {
      this.#report(outcome, `the OUTCOME of attempt ${id} is by another writer, so it may only be UNKNOWN`);
    }
  }
}

/** Only rows of the same chain have an order. */
function isBefore(row: AttemptRow | undefined, other: AttemptRow | undefined): row is AttemptRow {
  if (row === undefined || other === undefined || row.writer !== other.writer) return false;
  return (row.seq ?? 0) < (other.seq ?? 0);
}

function isKind(value: unknown): value is Kind {
  return KINDS.some((kind) => kind === value);
}
